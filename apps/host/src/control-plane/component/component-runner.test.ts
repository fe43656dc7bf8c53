import { startWorker, type WorkerClient, type WorkerExit } from '@wasmlattice/component-host';
import { noopLogger } from '@wasmlattice/telemetry';
import { RecordingLogger } from '@wasmlattice/test-support';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { HttpLeases } from '../http/http-targets.js';
import {
  createTestThread,
  exits,
  spins,
  type TestThread,
  throws,
  workerData,
} from '../testing/worker-thread.js';
import { createWatchdog } from '../watchdog.js';
import { createCoLocation } from './co-location.js';
import {
  type ComponentRunner,
  type ComponentRunnerOptions,
  startComponentRunner,
} from './component-runner.js';

let thread: TestThread;
const opened: { stop(graceMs: number): Promise<void> }[] = [];
beforeAll(async () => {
  thread = await createTestThread();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.stop(0)));
});
afterAll(() => thread[Symbol.asyncDispose]());

const { clock: _, ...data } = workerData();

/** Notes which worker has the addresses of the component. */
function createLeases(attach: (worker: unknown) => Promise<void> = async () => {}) {
  const log: string[] = [];
  const http: HttpLeases = {
    listen: () => Promise.reject(new Error('not used')),
    async attach(_componentId, worker) {
      log.push('attach');
      await attach(worker);
    },
    async detach(_componentId, _worker, state) {
      log.push(`detach ${state}`);
    },
    close: async () => {},
  };
  return { http, log };
}

/** Real threads, each handed out as it starts. */
function createThreads() {
  const started: WorkerClient[] = [];
  const waiting = new Map<number, PromiseWithResolvers<WorkerClient>>();
  return {
    started,
    /** The `nth` worker, counted from 1. */
    nth(n: number): Promise<WorkerClient> {
      const found = started[n - 1];
      if (found !== undefined) return Promise.resolve(found);
      const awaited = Promise.withResolvers<WorkerClient>();
      waiting.set(n, awaited);
      return awaited.promise;
    },
    startWorker: (async (workerData) => {
      const worker = await startWorker(workerData, { entry: thread.entry });
      started.push(worker);
      waiting.get(started.length)?.resolve(worker);
      return worker;
    }) satisfies ComponentRunnerOptions['startWorker'],
  };
}

/** A worker that is only a note of what it was told; `end` is its end. */
function createFakeWorker() {
  const exited = Promise.withResolvers<WorkerExit>();
  const told: unknown[] = [];
  const worker: WorkerClient = {
    scale: (max) => void told.push(['scale', max]),
    setLinks: (links) => void told.push(['links', links]),
    setConfig: (config) => void told.push(['config', config]),
    setCallees: () => {},
    settled: async () => void told.push('settled'),
    listen: async () => {},
    unlisten: async () => {},
    async stop() {
      told.push('stop');
      exited.resolve({ expected: true, reason: 'stopped' });
    },
    async terminate(reason) {
      exited.resolve({ expected: false, reason });
    },
    exited: exited.promise,
  };
  return { worker, told };
}

async function start(options: Partial<ComponentRunnerOptions>): Promise<ComponentRunner> {
  const watchdog = createWatchdog();
  const runner = await startComponentRunner({
    data,
    http: createLeases().http,
    watchdog,
    logger: noopLogger,
    restart: { minMs: 1, maxMs: 2 },
    ...options,
  });
  opened.push(runner, { stop: async () => watchdog.close() });
  return runner;
}

it.each([
  ['throws', throws],
  ['exits', exits],
])('a worker that %s is replaced and its addresses follow', async (_how, end) => {
  const threads = createThreads();
  const again = Promise.withResolvers<void>();
  const { http, log } = createLeases(async () => {
    if (threads.started.length === 2) again.resolve();
  });
  const logger = new RecordingLogger();
  const runner = await start({ http, logger, startWorker: threads.startWorker });
  (await threads.nth(1)).scale(end);
  const second = await threads.nth(2);
  await again.promise;
  await runner.stop(1_000);
  expect(await second.exited).toMatchObject({ expected: true });
  expect(log).toEqual(['attach', 'detach gone', 'attach', 'detach stopping']);
  expect(logger.records).toContainEqual({
    level: 'error',
    message: 'the worker of a component ended and is replaced',
    fields: { component: 'counter', reason: expect.any(String), crashes: 1 },
  });
});

it('a worker whose guest spins past its limit is ended by the watchdog and replaced', async () => {
  const threads = createThreads();
  let now = Date.now();
  const watchdog = createWatchdog({ intervalMs: 5, now: () => now });
  opened.push({ stop: async () => watchdog.close() });
  await start({ watchdog, startWorker: threads.startWorker });
  const first = await threads.nth(1);
  first.scale(spins);
  now += 60_000;
  const { expected, reason } = await first.exited;
  expect(expected).toBe(false);
  expect(reason).toMatch(/^an invocation ran \d+ ms without yielding; the limit is 1000 ms$/);
  await threads.nth(2);
});

it('a replacement gets the number, the links and the configuration of its own moment', async () => {
  const workers = [createFakeWorker(), createFakeWorker()];
  const seen: Parameters<typeof startWorker>[0][] = [];
  const gate = Promise.withResolvers<void>();
  const starting = Promise.withResolvers<void>();
  const attached = Promise.withResolvers<void>();
  const { http } = createLeases(async (worker) => {
    if (worker === workers[1]?.worker) attached.resolve();
  });
  const runner = await start({
    http,
    async startWorker(given) {
      const next = workers[seen.length]?.worker;
      seen.push(given);
      if (next === undefined) throw new Error('more workers than expected');
      if (seen.length === 2) {
        starting.resolve();
        await gate.promise;
      }
      return next;
    },
  });
  const links = [{ linkName: 'default', instance: 'wasi:keyvalue/store', target: 'kv' }];
  runner.scale(20);
  runner.setLinks(links);
  await workers[0]?.worker.terminate('crashed');
  await starting.promise;
  runner.setConfig(new Map([['key', 'put while the thread started']]));
  gate.resolve();
  await attached.promise;
  expect(seen[1]).toMatchObject({ maxInstances: 20, links, config: [] });
  expect(seen[1]?.clock).not.toBe(seen[0]?.clock);
  expect(workers[1]?.told).toEqual([
    ['scale', 20],
    ['links', links],
    ['config', [['key', 'put while the thread started']]],
  ]);
});

it('is settled when its worker knows what it was told, and those that run the component beside their own', async () => {
  const { worker, told } = createFakeWorker();
  const watchdog = createWatchdog();
  const coLocation = createCoLocation({ watchdog });
  const runner = await start({ coLocation, startWorker: async () => worker });
  const caller = coLocation.place({
    ...data,
    componentId: 'caller',
    links: [{ linkName: 'default', instance: 'test:ops/shapes', target: data.componentId }],
  });
  const beside = createFakeWorker();
  caller.attach(beside.worker, caller.permits());
  runner.setLinks([]);
  await runner.settled();
  expect(told.slice(-2)).toEqual([['links', []], 'settled']);
  expect(beside.told).toEqual(['settled']);
  watchdog.close();
});

it('tries again until a replacement starts', async () => {
  const threads = createThreads();
  let starts = 0;
  await start({
    async startWorker(given) {
      starts += 1;
      if (starts === 2 || starts === 3) throw new Error('out of memory');
      return threads.startWorker(given);
    },
  });
  (await threads.nth(1)).scale(throws);
  await threads.nth(2);
  expect(starts).toBe(4);
});

it('stop ends the wait for a replacement, and none is started', async () => {
  const threads = createThreads();
  const replaced = Promise.withResolvers<void>();
  const { http } = createLeases();
  const runner = await start({
    http: { ...http, detach: async () => replaced.resolve() },
    startWorker: threads.startWorker,
    restart: { minMs: 3_600_000, maxMs: 3_600_000 },
  });
  (await threads.nth(1)).scale(throws);
  await replaced.promise;
  await runner.stop(1_000);
  await runner.stop(1_000);
  expect(threads.started).toHaveLength(1);
});

it('stop waits for a replacement that is starting and ends it', async () => {
  const [first, second] = [createFakeWorker(), createFakeWorker()];
  const gate = Promise.withResolvers<void>();
  const starting = Promise.withResolvers<void>();
  let starts = 0;
  const runner = await start({
    async startWorker() {
      if (++starts === 1) return first.worker;
      starting.resolve();
      await gate.promise;
      return second.worker;
    },
  });
  await first.worker.terminate('crashed');
  await starting.promise;
  const stopped = runner.stop(60_000);
  gate.resolve();
  await stopped;
  expect(second.told).toEqual(['stop']);
});

it('a start whose address can not be had leaves no thread behind', async () => {
  const threads = createThreads();
  const { http, log } = createLeases(() => Promise.reject(new Error('in use')));
  await expect(start({ http, startWorker: threads.startWorker })).rejects.toThrow('in use');
  expect(await (await threads.nth(1)).exited).toMatchObject({ expected: true });
  expect(log).toEqual(['attach', 'detach gone']);
});

it('a worker that ends while it takes its addresses fails the start and is not replaced', async () => {
  const threads = createThreads();
  const { http } = createLeases(async () => {
    const worker = await threads.nth(1);
    worker.scale(throws);
    await worker.exited;
  });
  await expect(start({ http, startWorker: threads.startWorker })).rejects.toThrow('guest runtime broke');
  expect(threads.started).toHaveLength(1);
});
