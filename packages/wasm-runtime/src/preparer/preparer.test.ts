import { getEventListeners } from 'node:events';
import { Worker } from 'node:worker_threads';
import { RecordingLogger } from '@wasmlattice/test-support';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PreparedComponent } from '../engines/engine.js';
import { createPreparer, type Preparer, type PreparerOptions } from './preparer.js';
import { exhaustsMemory, exits, fakeThread, spins, throws } from './testing/fake-thread.js';

let preparer: Preparer;
let logger: RecordingLogger;

function open(options: PreparerOptions = {}): void {
  logger = new RecordingLogger();
  preparer = createPreparer({ entry: fakeThread, logger, ...options });
}

beforeEach(() => open());
afterEach(() => preparer.close());

function prepare(component: string, signal?: AbortSignal): Promise<PreparedComponent> {
  return preparer.prepare(new Uint8Array(1), { component, ...(signal && { signal }) });
}

/** Which thread prepared it. */
async function threadOf(component: string): Promise<number> {
  return (await prepare(component)).format;
}

/** Until the thread is at the component. */
async function begun(component: string): Promise<void> {
  await expect.poll(() => logger.records.map(({ message }) => message)).toContain(component);
}

describe('a preparer', () => {
  it('prepares one component after the other in one thread, in the order they came', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const threads = await Promise.all(names.map(threadOf));
    expect(new Set(threads).size).toBe(1);
    expect(logger.records.map(({ message }) => message)).toEqual(names);
  });

  it('has its thread ready when it was told to', async () => {
    const before = new Worker('', { eval: true }).threadId;
    preparer.warm();
    preparer.warm();
    const after = new Worker('', { eval: true }).threadId;
    expect(after).toBe(before + 2);
    expect(await threadOf('a')).toBe(before + 1);
    await preparer.close();
    preparer.warm();
    await expect(prepare('b')).rejects.toMatchObject({ name: 'PreparerClosedError' });
  });

  it('starts no thread before it is asked for something', async () => {
    open({ entry: new URL('file:///missing.mjs') });
    await preparer.close();
  });

  it('says so when a thread can not be started, for each component', async () => {
    open({ entry: new URL('file:///missing.mjs') });
    const both = await Promise.allSettled([prepare('first'), prepare('second')]);
    expect(both).toMatchObject([
      {
        reason: {
          name: 'PrepareThreadError',
          component: 'first',
          message: expect.stringContaining('missing.mjs'),
        },
      },
      { reason: { name: 'PrepareThreadError', component: 'second' } },
    ]);
    open({ entry: new URL('https://127.0.0.1/no.mjs') });
    await expect(prepare('third')).rejects.toMatchObject({ name: 'PrepareThreadError', component: 'third' });
  });

  it('refuses what can not be posted and goes on', async () => {
    const suspending = new Map([['', new Set([(() => {}) as unknown as string])]]);
    const refused = preparer.prepare(new Uint8Array(1), { component: 'x', suspending });
    await expect(refused).rejects.toMatchObject({ name: 'DataCloneError' });
    await prepare('next');
  });
});

describe('a thread that ends while it prepares', () => {
  it.each([
    [throws, 'the compiler broke'],
    [exits, 'it exited with code 7'],
  ])(
    'fails the component it was at (%s) by name, and those that wait get a new one',
    async (component, reason) => {
      const before = await threadOf('before');
      const failing = prepare(component);
      const waiting = [threadOf('one'), threadOf('two')];
      await expect(failing).rejects.toMatchObject({
        name: 'PrepareThreadError',
        component,
        message: `component "${component}" can't be prepared: the thread that compiles it has ended: ${reason}`,
      });
      const [one, two] = await Promise.all(waiting);
      expect(one).toBe(two);
      expect(one).not.toBe(before);
    },
  );

  it('because its memory is full ends alone', async () => {
    open({ resourceLimits: { maxOldGenerationSizeMb: 16 } });
    await expect(prepare(exhaustsMemory)).rejects.toMatchObject({
      name: 'PrepareThreadError',
      component: exhaustsMemory,
      cause: { code: 'ERR_WORKER_OUT_OF_MEMORY' },
    });
    await prepare('next');
  });
});

describe('an abort', () => {
  const reason = new Error('stopped');

  it('before the request refuses it', async () => {
    await expect(prepare('x', AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(logger.records).toEqual([]);
  });

  it('ends the work on a component, with its thread, and those that wait get a new one', async () => {
    const before = await threadOf('before');
    const controller = new AbortController();
    const aborted = prepare(spins, controller.signal);
    const waiting = threadOf('waiting');
    await begun(spins);
    controller.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    expect(await waiting).not.toBe(before);
  });

  it('takes a component that waits out of the queue, and disturbs no other', async () => {
    const controller = new AbortController();
    const [first, aborted, last] = [threadOf('first'), prepare('x', controller.signal), threadOf('last')];
    controller.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    expect(await first).toBe(await last);
    expect(logger.records.map(({ message }) => message)).toEqual(['first', 'last']);
  });

  it('is not listened for any more when the request is over', async () => {
    const { signal } = new AbortController();
    await prepare('x', signal);
    await prepare(throws, signal).catch(() => {});
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('an idle thread', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('ends after ten minutes, and not while there is work', async () => {
    const first = await threadOf('first');
    vi.advanceTimersByTime(599_999);
    expect(await threadOf('second')).toBe(first);
    vi.advanceTimersByTime(599_999);
    expect(await threadOf('third')).toBe(first);
    vi.advanceTimersByTime(600_000);
    expect(await threadOf('fourth')).not.toBe(first);
    expect(vi.getTimerCount()).toBe(1);
  });

  it('ends after as long as it was told', async () => {
    open({ idleMs: 50 });
    const first = await threadOf('first');
    vi.advanceTimersByTime(50);
    expect(await threadOf('second')).not.toBe(first);
    await preparer.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a preparer that is closed', () => {
  it('gives up all that is not prepared', async () => {
    const results = Promise.allSettled([prepare(spins), prepare('waiting')]);
    await begun(spins);
    await Promise.all([preparer.close(), preparer.close()]);
    expect(await results).toMatchObject([
      { reason: { name: 'PreparerClosedError', message: expect.stringContaining('component "spins"') } },
      { reason: { name: 'PreparerClosedError', message: expect.stringContaining('component "waiting"') } },
    ]);
  });

  it('refuses requests, and can be closed again', async () => {
    await prepare('x');
    await preparer.close();
    await expect(prepare('y')).rejects.toMatchObject({ name: 'PreparerClosedError' });
    await preparer.close();
  });
});
