import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ListenerAddress } from './messages.js';
import { componentRecord, createTestThread, type TestThread, threadData } from './testing/test-thread.js';
import { startThread, type ThreadClient, ThreadExitedError } from './thread-client.js';

let program: TestThread;
beforeAll(async () => {
  program = await createTestThread();
});
afterAll(() => program[Symbol.asyncDispose]());

const start = (): Promise<ThreadClient> =>
  startThread(threadData, { name: 'thread 0', entry: program.entry });
const address = (port: number): ListenerAddress => ({
  listener: String(port),
  routing: { by: 'address' },
  routes: [{ route: 'all', match: { kind: 'any' }, componentId: 'hello', policy: {} }],
  providerId: 'http-server',
  host: '127.0.0.1',
  port,
  reusePort: false,
});

describe('a serving thread', () => {
  it('that can not even begin is an error', async () => {
    const entry = new URL('missing.mjs', program.entry);
    await expect(startThread(threadData, { name: 'thread 0', entry })).rejects.toThrow(ThreadExitedError);
  });

  it('tells what keeps a component from running, causes included', async () => {
    const thread = await start();
    await expect(thread.start(componentRecord({ imageRef: 'unusable' }))).rejects.toMatchObject({
      name: 'MissingImportError',
      message: 'no import',
      cause: { message: 'why' },
    });
    await thread.close(0);
  });

  it('has what it measured taken, until it is gone', async () => {
    const seen: unknown[] = [];
    const telemetry = { accept: (batch: unknown) => seen.push(batch), close: () => seen.push('closed') };
    const thread = await startThread(threadData, { name: 'thread 0', entry: program.entry, telemetry });
    const batch = { spans: [], measurements: ['one'] };
    await thread.start(componentRecord({ imageRef: 'measured' }));
    expect(seen).toEqual([batch]);
    await thread.close(0);
    expect(seen).toEqual([batch, 'closed']);
  });

  it('answers what is asked of it, failures by their names', async () => {
    const thread = await start();
    await thread.listen(address(8000));
    await expect(thread.listen(address(2))).rejects.toMatchObject({
      name: 'HttpListenError',
      message: 'in use',
    });
    await thread.close(0);
  });

  it('is settled when it took in what it was told, or when it is gone', async () => {
    const thread = await start();
    await thread.settled();
    thread.start(componentRecord({ imageRef: 'throws' })).catch(() => {});
    await thread.settled();
    expect(await thread.exited).toMatchObject({ reason: 'guest runtime broke' });
    await thread.settled();
  });

  it('closes in order, also twice and at the same time', async () => {
    const thread = await start();
    await Promise.all([thread.close(1_000), thread.close(1_000)]);
    await thread.close(1_000);
    expect(await thread.exited).toMatchObject({ expected: true });
  });

  it.each([
    ['throws', 'guest runtime broke'],
    ['exits', 'it ended with code 7'],
  ])('that ends on its own (%s) settles every pending call and says why', async (imageRef, reason) => {
    const thread = await start();
    const pending = thread.start(componentRecord({ imageRef: 'silent' }));
    thread.start(componentRecord({ imageRef })).catch(() => {});
    await expect(pending).rejects.toThrow(ThreadExitedError);
    await expect(pending).rejects.toThrow(`thread 0 is gone: ${reason}`);
    expect(await thread.exited).toEqual({ expected: false, reason });
    await expect(thread.listen(address(8000))).rejects.toThrow(ThreadExitedError);
    await thread.close(0);
  });

  it('that spins is closed all the same', async () => {
    const thread = await start();
    await thread.start(componentRecord({ imageRef: 'spins' }));
    await thread.close(0);
    expect(await thread.exited).toMatchObject({ expected: true });
  });

  it('that is ended by force tells the reason it was given', async () => {
    const thread = await start();
    await thread.start(componentRecord({ imageRef: 'spins' }));
    await thread.terminate('it ran too long');
    expect(await thread.exited).toEqual({ expected: false, reason: 'it ran too long' });
  });
});
