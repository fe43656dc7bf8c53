import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorker, type WorkerClient, WorkerExitedError } from './client.js';
import type { ComponentWorkerData, ListenerAddress } from './messages.js';
import {
  createTestThread,
  exits,
  spins,
  type TestThread,
  throws,
  workerData,
} from './testing/worker-thread.js';

let thread: TestThread;
beforeAll(async () => {
  thread = await createTestThread();
});
afterAll(() => thread[Symbol.asyncDispose]());

const start = (changes: Partial<ComponentWorkerData> = {}): Promise<WorkerClient> =>
  startWorker(workerData(changes), { entry: thread.entry });
const address = (port: number): ListenerAddress => ({
  listener: String(port),
  host: '127.0.0.1',
  port,
  reusePort: false,
});

describe('startWorker', () => {
  it('rejects with what keeps the component from running, causes included', async () => {
    const failure = start({ imageRef: 'unusable' });
    await expect(failure).rejects.toMatchObject({
      name: 'MissingImportError',
      message: 'no import',
      cause: { message: 'why' },
    });
  });

  it('rejects when the thread can not even begin', async () => {
    const entry = new URL('missing.mjs', thread.entry);
    await expect(startWorker(workerData(), { entry })).rejects.toThrow(WorkerExitedError);
  });
});

describe('a worker', () => {
  it('has what it measured taken, until its thread is gone', async () => {
    const seen: unknown[] = [];
    const telemetry = { accept: (batch: unknown) => seen.push(batch), close: () => seen.push('closed') };
    const data = workerData({ imageRef: 'measured' });
    const worker = await startWorker(data, { entry: thread.entry, telemetry });
    const batch = { spans: [], measurements: ['one'] };
    expect(seen).toEqual([batch]);
    worker.scale(exits);
    await worker.exited;
    expect(seen).toEqual([batch, 'closed']);
  });

  it('answers what is asked of it, failures by their names', async () => {
    const worker = await start();
    await worker.listen(address(8000));
    await expect(worker.listen(address(2))).rejects.toMatchObject({
      name: 'HttpAddressError',
      message: 'in use',
    });
    await worker.stop(0);
  });

  it('is settled when it took in what it was told, or when it is gone', async () => {
    const worker = await start();
    await worker.settled();
    worker.scale(throws);
    await worker.settled();
    expect(await worker.exited).toMatchObject({ reason: 'guest runtime broke' });
    await worker.settled();
  });

  it('stops in order, also twice and at the same time', async () => {
    const worker = await start();
    await Promise.all([worker.stop(1_000), worker.stop(1_000)]);
    await worker.stop(1_000);
    expect(await worker.exited).toMatchObject({ expected: true });
  });

  it.each([
    [throws, 'guest runtime broke'],
    [exits, 'its thread ended with code 7'],
  ])('that ends on its own (%i) settles every pending call and says why', async (end, reason) => {
    const worker = await start();
    const pending = worker.listen(address(1));
    worker.scale(end);
    await expect(pending).rejects.toThrow(WorkerExitedError);
    await expect(pending).rejects.toThrow(reason);
    expect(await worker.exited).toEqual({ expected: false, reason });
  });

  it('that is gone refuses calls and can still be stopped', async () => {
    const worker = await start();
    worker.scale(throws);
    await worker.exited;
    await expect(worker.listen(address(8000))).rejects.toThrow(WorkerExitedError);
    await worker.stop(0);
  });

  it('that spins is stopped all the same', async () => {
    const worker = await start();
    worker.scale(spins);
    await worker.stop(0);
    expect(await worker.exited).toMatchObject({ expected: true });
  });

  it('that is ended by force tells the reason it was given', async () => {
    const worker = await start();
    worker.scale(spins);
    await worker.terminate('it ran too long');
    expect(await worker.exited).toEqual({ expected: false, reason: 'it ran too long' });
  });
});
