import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createTempDir } from '@wasmlattice/test-support';
import {
  createComponentCells,
  createProcessBudgets,
  defaultLimits,
  GuestClock,
} from '@wasmlattice/wasm-runtime';
import type { PreparedComponent } from '@wasmlattice/wasm-runtime/engines';
import type { ComponentRecord, ComponentStart } from '../../component-record.js';
import type { ServingThreadData, ServingThreadSettings } from '../messages.js';

/**
 * A thread that keeps the protocol of `thread-entry.ts` without any component. The `imageRef` of a component says what becomes
 * of it: `unusable`, `throws`, `spins`, `spins-on-1`, which only the second thread does, `spins on`, which does when it is to stop,
 * `exits`, `waits`, whose thread tells of each question, too, `measured`, whose thread posts a batch of telemetry, `called`, which needs
 * its code, `silent`, which is never answered. That of a route, what becomes of its address: `half`, which the second thread never gets, `late`,
 * which it gets from the second time on, `lost`, which is taken from the second time on that a thread is told of it, until a line `free` is in the log.
 * What a thread is told is in a file, a line for each message: {@link TestThread.log}.
 */
const program = `
import { appendFileSync, readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { monotonicMs, oldestStartWriter } from ${JSON.stringify(import.meta.resolve('@wasmlattice/wasm-runtime'))};
const log = new URL('./log', import.meta.url);
const spinning = new Set();
/** Listeners that were refused once. */
const late = new Set();
let isWaiting = false;
const post = (message) => parentPort.postMessage(message);
const done = ({ id }) => post({ kind: 'done', id });
const failed = ({ id }, name, message, cause) => post({ kind: 'failed', id, error: { name, message, cause } });
parentPort.on('message', (message) => {
  const { kind, component, generation, listener, port } = message;
  if (kind !== 'sync' || isWaiting) appendFileSync(log, [kind, component?.imageRef ?? generation ?? port ?? listener].join(' ').trim() + '\\n');
  switch (kind) {
    case 'start':
      switch (component.imageRef) {
        case 'unusable':
          return failed(message, 'MissingImportError', 'no import', { name: 'Error', message: 'why' });
        case 'throws':
          throw new Error('guest runtime broke');
        case 'exits':
          process.exit(7);
        case 'spins-on-1':
          if (workerData.budgets.thread !== 1) return done(message);
        // falls through
        case 'spins':
          done(message);
          setImmediate(() => {
            oldestStartWriter(component.cells)(monotonicMs());
            for (;;);
          });
          return;
        case 'spins on':
          oldestStartWriter(component.cells)(monotonicMs());
          spinning.add(component.generation);
          return done(message);
        case 'waits':
          oldestStartWriter(component.cells)(monotonicMs() - 60_000);
          isWaiting = true;
          return done(message);
        case 'measured':
          post({ kind: 'telemetry', batch: { spans: [], measurements: ['one'] } });
          return done(message);
        case 'called':
          post({ kind: 'need-code', generation: component.generation });
          return done(message);
        case 'silent':
          return;
      }
      return done(message);
    case 'listen':
      if (message.routes[0].componentId === 'half' && workerData.budgets.thread === 1) return failed(message, 'HttpListenError', 'in use');
      if (message.routes[0].componentId === 'late' && workerData.budgets.thread === 1 && !late.has(listener)) {
        late.add(listener);
        return failed(message, 'HttpListenError', 'in use');
      }
      if (message.routes[0].componentId === 'lost') {
        const lines = readFileSync(log, 'utf8').split('\\n');
        if (!lines.includes('free') && lines.filter((line) => line === 'listen ' + port).length > 1) return failed(message, 'HttpListenError', 'taken');
      }
      if (port === 2) return failed(message, 'HttpListenError', 'in use');
      return done(message);
    case 'close':
      done(message);
      parentPort.close();
      return;
    case 'park':
      return post({ kind: 'parked', id: message.id, isParked: true });
    case 'stop':
      while (spinning.has(generation));
      return done(message);
    case 'sync':
    case 'route':
    case 'unroute':
    case 'tls':
    case 'unlisten':
      return done(message);
  }
});
post({ kind: 'ready' });
`;

export interface TestThread extends AsyncDisposable {
  readonly entry: URL;
  /** Goes with it. */
  readonly folder: string;
  /** Where the threads tell what they were told. */
  readonly log: string;
}

export async function createTestThread(): Promise<TestThread> {
  const dir = await createTempDir();
  const file = join(dir.path, 'thread.mjs');
  await writeFile(file, program);
  return {
    entry: pathToFileURL(file),
    folder: dir.path,
    log: join(dir.path, 'log'),
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  };
}

export const threadSettings: ServingThreadSettings = {
  lattice: 'default',
  hostId: 'NHOST',
  rpc: { purpose: 'rpc', url: 'nats://127.0.0.1:1', name: 'test' },
  sameHostCalls: true,
  httpTimeoutMs: 1_000,
  engine: 'direct',
  log: { level: 'error', format: 'text' },
};

export const threadData: ServingThreadData = {
  ...threadSettings,
  budgets: {
    budgets: createProcessBudgets({
      threads: 1,
      ceilings: {
        'suspended-stacks': 100,
        'linear-memories': 100,
        'mapped-areas': 10_000,
        'resident-memory': Number.POSITIVE_INFINITY,
      },
    }),
    thread: 0,
  },
  clock: new GuestClock().add(0),
};

export function componentStart(changes: Partial<ComponentStart> = {}): ComponentStart {
  return {
    componentId: 'hello',
    imageRef: 'works',
    bytes: new Uint8Array(new SharedArrayBuffer(4)),
    maxInstances: 1,
    limits: { ...defaultLimits, 'execution-time': 200, memory: 65_536 },
    links: [],
    config: [],
    ...changes,
  };
}

/** Code of no component, for threads that run none. */
export const noCode: PreparedComponent = {
  engine: 'none',
  format: 0,
  skeleton: new Uint8Array(),
  codeBytes: 0,
};

export function componentRecord(changes: Partial<ComponentRecord> = {}): ComponentRecord {
  const { bytes: _, ...start } = componentStart();
  return {
    ...start,
    outline: noCode,
    generation: 1,
    cells: { cells: createComponentCells({ limit: 1, threads: 1 }), thread: 0 },
    ...changes,
  };
}
