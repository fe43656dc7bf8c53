import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ComponentWorkerData } from '@wasmlattice/component-host';
import { createTempDir, type TempDir } from '@wasmlattice/test-support';

/**
 * A thread that keeps the protocol of `component-worker.ts` without any component. Its `imageRef` says what becomes of
 * it: `unusable`; `measured`, whose thread posts a batch of telemetry; or what a scale to 0, 1 or 2 instances makes it do:
 * throw, spin, exit.
 */
const program = `
import { parentPort, workerData } from 'node:worker_threads';
const { imageRef, clock } = workerData;
const post = (message) => parentPort.postMessage(message);
if (imageRef === 'unusable') {
  post({ kind: 'unusable', error: { name: 'MissingImportError', message: 'no import', cause: { name: 'Error', message: 'why' } } });
  parentPort.close();
} else {
  parentPort.on('message', (message) => {
    switch (message.kind) {
      case 'scale':
        if (message.maxInstances === 0) throw new Error('guest runtime broke');
        if (message.maxInstances === 1) {
          Atomics.store(new BigInt64Array(clock), 0, BigInt(Date.now()));
          for (;;);
        }
        if (message.maxInstances === 2) process.exit(7);
        return;
      case 'listen':
        // Port 1 is never answered, port 2 can not be had.
        if (message.port === 2) post({ kind: 'failed', id: message.id, error: { name: 'HttpAddressError', message: 'in use' } });
        else if (message.port !== 1) post({ kind: 'done', id: message.id });
        return;
      case 'sync':
      case 'unlisten':
        post({ kind: 'done', id: message.id });
        return;
      case 'stop':
        post({ kind: 'done', id: message.id });
        parentPort.close();
        return;
    }
  });
  if (imageRef === 'measured') post({ kind: 'telemetry', batch: { spans: [], measurements: ['one'] } });
  post({ kind: 'ready' });
}
`;

/** What a scale to this many instances makes the thread do. */
export const throws = 0;
export const spins = 1;
export const exits = 2;

export interface TestThread extends AsyncDisposable {
  readonly entry: URL;
}

export async function createTestThread(): Promise<TestThread> {
  const dir: TempDir = await createTempDir();
  const file = join(dir.path, 'thread.mjs');
  await writeFile(file, program);
  return { entry: pathToFileURL(file), [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose]() };
}

export function workerData(changes: Partial<ComponentWorkerData> = {}): ComponentWorkerData {
  return {
    componentId: 'counter',
    imageRef: 'file:///counter.wasm',
    lattice: 'default',
    hostId: 'NHOST',
    bytes: new Uint8Array(new SharedArrayBuffer(4)),
    maxInstances: 10,
    maxExecutionTimeMs: 1_000,
    maxMemoryBytes: 65_536,
    maxCoreInstances: 30,
    links: [],
    config: [],
    rpc: { url: 'nats://127.0.0.1:1' } as ComponentWorkerData['rpc'],
    engine: 'auto',
    cacheDir: '/nowhere',
    log: { level: 'info', format: 'text' },
    clock: new SharedArrayBuffer(8),
    ...changes,
  };
}
