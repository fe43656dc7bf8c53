import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildHandleGuests, callerInterface } from '@wasmlattice/handle-guests';
import { call, func, type Invoker, t } from '@wasmlattice/rpc';
import { createNatsInvoker } from '@wasmlattice/rpc/nats';
import { createTempDir } from '@wasmlattice/test-support';
import { type BenchLattice, startLattice } from '../lattice.js';
import { downloadRaw, streamBytes, transferRate } from '../load/raw-download.js';
import type { Measurement } from '../measurement.js';
import { chunkBytes } from '../peers/peer-contract.js';
import { startRpcPeer } from '../peers/rpc-peer.js';
import { medianOfRounds } from '../rounds.js';

/** The caller hands the stream on to the callee, which reads it to its end. */
const measure = func('measure', [['data', t.stream(t.u8)]], t.result(t.u64, t.string));

export const wrpcStreamComponents: Measurement = {
  name: 'wrpc-stream-components',
  unit: 'MB/s',
  better: 'higher',
  title: '100 MB through a component to another that reads them, chunks of 64 KiB; they cross NATS twice',
  baseline: 'the same bytes in the same chunks published to a NATS subject once, flushed at each MiB',
  async measure() {
    await using folder = await createTempDir();
    await using lattice = await startLattice(['--local-rpc', 'off']);
    await using _rawPeer = await startRpcPeer(lattice.natsUrl, 'raw');
    const { connection } = lattice;
    const invoker = createNatsInvoker({ connection, lattice: lattice.lattice, timeoutMs: 60_000 });
    await deploy(lattice, folder.path);
    await untilServed(invoker);
    const before = await peakMemory(lattice.hostPid);
    const measured = await medianOfRounds(
      3,
      () => transferRate(() => upload(invoker, streamBytes)),
      () => transferRate(() => downloadRaw(connection)),
    );
    const peak = await peakMemory(lattice.hostPid);
    const note = `peak memory of the host ${inMb(peak)} MB, of which ${inMb(peak - before)} for the streams`;
    await invoker.close();
    return { ...measured, note };
  },
};

async function deploy({ control, hostId }: BenchLattice, folder: string): Promise<void> {
  const guests = await buildHandleGuests();
  for (const componentId of ['callee', 'caller'] as const) {
    const file = join(folder, `${componentId}.wasm`);
    await writeFile(file, guests[componentId]);
    await control.scaleComponent(hostId, { componentId, componentRef: `file://${file}`, maxInstances: 4 });
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

/** The most memory a process ever had, in bytes (Linux). */
async function peakMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

function inMb(bytes: number): number {
  return Math.round(bytes / 1e6);
}
