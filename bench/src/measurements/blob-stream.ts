import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createClient, type Result } from '@wasmlattice/rpc';
import { type Blobstore, blobstore } from '@wasmlattice/rpc/interfaces';
import { createNatsInvoker } from '@wasmlattice/rpc/nats';
import { artifacts, type BenchLattice, startLattice } from '../lattice.js';
import { downloadRaw, transferRate } from '../load/raw-download.js';
import { uploadRaw } from '../load/raw-relay.js';
import type { Measurement } from '../measurement.js';
import { chunkBytes } from '../peers/peer-contract.js';
import { startRpcPeer } from '../peers/rpc-peer.js';
import { childrenOf, peakMemory, residentMemory } from '../process-memory.js';
import { medianOfRounds } from '../rounds.js';

const objectBytes = 1_000_000_000;
const id = { container: 'bench', object: 'large' };
const source = 'bench';
/**
 * What streams may add to the provider's memory, in bytes, however much goes through: V8 looks for unused buffers once there are 64 MB of them, and what they
 * leave free is not all given back.
 */
const mostAdded = 140_000_000;
/** Longest wait for the provider to take its link, in ms. */
const linkDeadlineMs = 30_000;

export const blobStream: Measurement = {
  name: 'blob-stream',
  unit: 'MB/s',
  better: 'higher',
  target: 0.5,
  title:
    '1 GB into an object of the provider on files, and out of it, chunks of 64 KiB; the files are in memory',
  baseline:
    'the same bytes in the same chunks published to a process, and by one, both with a flush at each MiB',
  async measure() {
    await using opened = new AsyncDisposableStack();
    const root = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'blob-stream-'));
    opened.defer(() => rm(root, { recursive: true, force: true }));
    const lattice = opened.use(await startLattice());
    opened.use(await startRpcPeer(lattice.natsUrl, 'raw-sink'));
    opened.use(await startRpcPeer(lattice.natsUrl, 'raw'));
    const invoker = createNatsInvoker({ connection: lattice.connection, lattice: lattice.lattice });
    opened.defer(() => invoker.close());
    const store = createClient<Blobstore>(invoker, {
      target: 'blobstore',
      interface: blobstore,
      headers: { 'source-id': source, 'link-name': 'default' },
    });
    await linkBlobstore(lattice, root);
    await makeContainer(store);
    const [provider = 0] = await childrenOf(lattice.hostPid, artifacts.blobstoreProvider);
    const before = await residentMemory(provider);
    let first: number | undefined;
    const measured = await medianOfRounds(
      3,
      async () => {
        const rate = await transferRate(() => writeAndRead(store), 2 * objectBytes);
        first ??= await peakMemory(provider);
        return rate;
      },
      () => transferRate(() => uploadAndDownload(lattice), 2 * objectBytes),
    );
    const peak = await peakMemory(provider);
    const memory = `peak memory of the provider ${inMb(peak)} MB, ${inMb(first ?? peak)} MB after the first round, ${inMb(before)} MB before`;
    if (peak - before > mostAdded) throw new Error(`${memory}: it is not flat`);
    return { ...measured, note: memory };
  },
};

async function linkBlobstore({ control, hostId }: BenchLattice, root: string): Promise<void> {
  const providerRef = `file://${artifacts.blobstoreProvider}`;
  await control.startProvider(hostId, { providerId: 'blobstore', providerRef });
  await control.putConfig('bench-root', { ROOT: root });
  await control.putLink({
    sourceId: source,
    target: 'blobstore',
    witNamespace: 'wasi',
    witPackage: 'blobstore',
    interfaces: ['blobstore'],
    targetConfig: ['bench-root'],
  });
}

/** The first call that succeeds tells that the provider is up and has its link. */
async function makeContainer(store: Blobstore): Promise<void> {
  for (const deadline = performance.now() + linkDeadlineMs; ; await wait(20)) {
    try {
      check(await store.createContainer(id.container));
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}

async function writeAndRead(store: Blobstore): Promise<void> {
  const written = await check(await store.writeContainerData(id, chunks()));
  check(written);
  const [data, status] = check(await store.getContainerData(id, 0n, BigInt(objectBytes)));
  let read = 0;
  for await (const chunk of data) read += chunk.length;
  check(await status);
  if (read !== objectBytes) throw new Error(`the object had ${read} bytes, not ${objectBytes}`);
}

async function uploadAndDownload({ connection }: BenchLattice): Promise<void> {
  await uploadRaw(connection, objectBytes);
  await downloadRaw(connection, objectBytes);
}

async function* chunks(): AsyncGenerator<Uint8Array> {
  const chunk = new Uint8Array(chunkBytes);
  for (let sent = 0; sent < objectBytes; sent += chunkBytes) yield chunk.subarray(0, objectBytes - sent);
}

function check<T>(result: Result<T, string>): T {
  if (result.tag === 'err') throw new Error(`the store says ${result.val}`);
  return result.val as T;
}

function inMb(bytes: number): number {
  return Math.round(bytes / 1e6);
}
