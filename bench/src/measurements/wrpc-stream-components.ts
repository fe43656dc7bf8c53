import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildHandleGuests, callerInterface } from '@wasmlattice/handle-guests';
import { call, func, type Invoker, t } from '@wasmlattice/rpc';
import { createNatsInvoker } from '@wasmlattice/rpc/nats';
import { createTempDir } from '@wasmlattice/test-support';
import { type BenchHost, type BenchLattice, startHost, startLattice } from '../lattice.js';
import { transferRate } from '../load/raw-download.js';
import { relayRaw } from '../load/raw-relay.js';
import type { Measurement } from '../measurement.js';
import { chunkBytes, streamBytes } from '../peers/peer-contract.js';
import { startRpcPeer } from '../peers/rpc-peer.js';
import { peakMemory } from '../process-memory.js';
import { medianOfRounds } from '../rounds.js';

/** The caller hands the stream on to the callee, which reads it to its end. */
const measure = func('measure', [['data', t.stream(t.u8)]], t.result(t.u64, t.string));

export const wrpcStreamComponents: Measurement = {
  name: 'wrpc-stream-components',
  unit: 'MB/s',
  better: 'higher',
  target: 0.9,
  title: '100 MB through a component to another on another host that reads them, chunks of 64 KiB',
  baseline:
    'the same chunks published to a process that publishes them to another, both with a flush at each MiB',
  async measure() {
    await using folder = await createTempDir();
    await using lattice = await startLattice();
    await using second = await startHost(lattice.natsUrl);
    await using _sink = await startRpcPeer(lattice.natsUrl, 'raw-sink');
    await using _relay = await startRpcPeer(lattice.natsUrl, 'raw-relay');
    const { connection } = lattice;
    const invoker = createNatsInvoker({ connection, lattice: lattice.lattice, timeoutMs: 60_000 });
    await deploy(lattice, second, folder.path);
    await untilServed(invoker);
    const hosts = [lattice, second];
    const before = await peaks(hosts);
    const measured = await medianOfRounds(
      3,
      () => transferRate(() => upload(invoker, streamBytes)),
      () => transferRate(() => relayRaw(connection)),
    );
    const peak = await peaks(hosts);
    const note = `peak memory of both hosts ${inMb(peak)} MB, of which ${inMb(peak - before)} for the streams`;
    await invoker.close();
    return { ...measured, note };
  },
};

/** The callee goes on the other host. */
async function deploy({ control, hostId }: BenchLattice, other: BenchHost, folder: string): Promise<void> {
  const guests = await buildHandleGuests();
  const hosts = { callee: other.hostId, caller: hostId };
  for (const componentId of ['callee', 'caller'] as const) {
    const file = join(folder, `${componentId}.wasm`);
    await writeFile(file, guests[componentId]);
    await control.scaleComponent(hosts[componentId], {
      componentId,
      componentRef: `file://${file}`,
      maxInstances: 4,
    });
  }
  await control.putLink({
    sourceId: 'caller',
    target: 'callee',
    witNamespace: 'test',
    witPackage: 'handles',
    interfaces: ['streams', 'counters'],
  });
}

async function upload(invoker: Invoker, bytes: number): Promise<void> {
  const invocation = { target: 'caller', instance: callerInterface, func: measure };
  const size = await call(invoker, { ...invocation, params: [chunks(bytes)] });
  if (size.tag === 'err') throw new Error(`the components did not read the stream: ${size.val}`);
  if (size.val !== BigInt(bytes)) throw new Error(`the stream had ${size.val} bytes, not ${bytes}`);
}

async function* chunks(bytes: number): AsyncGenerator<Uint8Array> {
  const chunk = new Uint8Array(chunkBytes);
  for (let sent = 0; sent < bytes; sent += chunkBytes) yield chunk.subarray(0, bytes - sent);
}

/** Longest wait for both components, in ms. */
const startDeadlineMs = 30_000;

async function untilServed(invoker: Invoker): Promise<void> {
  for (const deadline = performance.now() + startDeadlineMs; ; ) {
    try {
      await upload(invoker, chunkBytes);
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}

/** The most memory that each host ever had, added up, in bytes. */
async function peaks(hosts: readonly BenchHost[]): Promise<number> {
  const each = await Promise.all(hosts.map(({ hostPid }) => peakMemory(hostPid)));
  return each.reduce((sum, peak) => sum + peak, 0);
}

function inMb(bytes: number): number {
  return Math.round(bytes / 1e6);
}
