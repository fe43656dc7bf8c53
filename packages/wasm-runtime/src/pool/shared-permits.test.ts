import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { type Round, type ThreadReport, useCell } from '../testing/permits-thread.js';
import { CellAllocator, type CellBlock, viewCells } from './cell-memory.js';
import {
  type ComponentCellsOptions,
  createComponentCells,
  oldestStartWriter,
  readComponentUse,
  readOldestStart,
  reclaimThread,
  setPermitLimit,
} from './component-cells.js';
import { Permits, type PermitsOptions } from './permits.js';
import { SharedPermits } from './shared-permits.js';

/** No help from looking again: a wake-up that is lost stays lost. */
const never = Number.POSITIVE_INFINITY;

/** The permits of several threads, all of them used in this one. */
function setUp(options: ComponentCellsOptions, ofPermits: Partial<PermitsOptions> = {}) {
  const cells = createComponentCells(options);
  const threads = Array.from({ length: options.threads }, (_, thread) => ({ cells, thread }));
  const permits = threads.map(
    (thread) => new Permits({ component: 'shared', cells: thread, patrolMs: never, ...ofPermits }),
  );
  return { cells, threads, permits };
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new Error(`there is no item ${index}`);
  return item;
}

/** Notes who is served, and holds what it was given. */
class Served {
  readonly order: string[] = [];
  readonly #releases = new Map<string, () => void>();
  #arrival = Promise.withResolvers<void>();

  wait(name: string, permits: Permits, signal?: AbortSignal): void {
    permits.acquire(signal).then(
      (release) => {
        this.order.push(name);
        this.#releases.set(name, release);
        this.#arrival.resolve();
        this.#arrival = Promise.withResolvers<void>();
      },
      () => {},
    );
  }

  async holds(count: number): Promise<void> {
    while (this.order.length < count) await this.#arrival.promise;
  }

  release(name: string): void {
    this.#releases.get(name)?.();
  }
}

describe('permits shared by threads', () => {
  it('count what each of them holds against one limit', async () => {
    const { permits, cells } = setUp({ limit: 2, threads: 2, maxWaiting: 0 });
    const [own, other] = [at(permits, 0), at(permits, 1)];
    const give = await own.acquire();
    await other.acquire();
    await expect(other.acquire()).rejects.toMatchObject({ budget: 'waiting-invocations' });
    give();
    give();
    await other.acquire();
    await expect(own.acquire()).rejects.toMatchObject({ name: 'OverloadedError' });
    expect(readComponentUse(cells)).toMatchObject({ taken: 2, refused: 2 });
    expect([own.taken, other.taken]).toEqual([0, 2]);
  });

  it('bound those that wait over all threads', async () => {
    const { permits, cells } = setUp({ limit: 1, threads: 3, maxWaiting: 2 });
    const give = await at(permits, 0).acquire();
    const waiting = [at(permits, 0).acquire(), at(permits, 1).acquire()];
    await expect(at(permits, 2).acquire()).rejects.toThrow(
      /1 of its instances.*2 invocations wait already, of at most 2/,
    );
    expect(readComponentUse(cells).waiting).toBe(2);
    give();
    for (const each of waiting) (await each)();
    (await at(permits, 2).acquire())();
    expect(readComponentUse(cells)).toMatchObject({ taken: 0, waiting: 0 });
  });

  it('let a pool have a lower bound of its own', async () => {
    const { permits } = setUp({ limit: 1, threads: 2 }, { maxWaiting: 0 });
    const give = await at(permits, 0).acquire();
    await expect(at(permits, 1).acquire()).rejects.toThrow(/0 invocations wait already, of at most 0/);
    give();
    (await at(permits, 1).acquire())();
  });

  it('wake who waits when another thread gives one back', async () => {
    const { permits } = setUp({ limit: 1, threads: 2 });
    const give = await at(permits, 1).acquire();
    const waiting = at(permits, 0).acquire();
    give();
    (await waiting)();
  });

  it('wake all that wait when a raised limit lets them in', async () => {
    const { permits, cells } = setUp({ limit: 1, threads: 3 });
    await at(permits, 0).acquire();
    const waiting = [at(permits, 1).acquire(), at(permits, 2).acquire()];
    setPermitLimit(cells, 3);
    await Promise.all(waiting);
    expect(readComponentUse(cells)).toMatchObject({ taken: 3, waiting: 0 });
  });

  it('go to another thread when its first caller has waited for longer by more than a hand-over costs', async () => {
    let time = 0;
    const { permits } = setUp({ limit: 1, threads: 2 }, { now: () => time, patienceMs: 5 });
    const served = new Served();
    served.wait('held', at(permits, 0));
    await served.holds(1);
    served.wait('other 1', at(permits, 1));
    time = 4;
    served.wait('own 1', at(permits, 0));
    time = 10;
    served.wait('own 2', at(permits, 0));
    served.wait('other 2', at(permits, 1));
    // Not worth it.
    served.release('held');
    await served.holds(2);
    served.release('own 1');
    await served.holds(3);
    served.release('other 1');
    await served.holds(4);
    served.release('other 2');
    await served.holds(5);
    expect(served.order).toEqual(['held', 'own 1', 'other 1', 'other 2', 'own 2']);
  });

  it('go to the thread whose first caller waits longest', async () => {
    let time = 0;
    const { permits } = setUp({ limit: 1, threads: 4 }, { now: () => time });
    const served = new Served();
    served.wait('held', at(permits, 0));
    await served.holds(1);
    for (const thread of [2, 3, 1]) {
      time += 10;
      served.wait(`thread ${thread}`, at(permits, thread));
    }
    for (const [index, name] of ['held', 'thread 2', 'thread 3'].entries()) {
      served.release(name);
      await served.holds(index + 2);
    }
    expect(served.order).toEqual(['held', 'thread 2', 'thread 3', 'thread 1']);
  });

  it('wake a thread that they can not be handed to', async () => {
    const { permits, threads } = setUp({ limit: 2, threads: 2 });
    const releases = [await at(permits, 0).acquire(), await at(permits, 0).acquire()];
    const other = new SharedPermits(at(threads, 1));
    other.join();
    other.openDoor(1_000);
    releases.pop()?.();
    const wakeUps = other.wakeUps;
    expect([other.tryTakeHanded(), other.tryTake()]).toEqual([true, false]);
    other.closeDoor();
    releases.pop()?.();
    expect(await other.sleep(wakeUps, never)).toBe(true);
    expect(other.tryTake()).toBe(true);
  });

  it('reach the next one when the caller that they are handed to has left', async () => {
    const { permits, cells } = setUp({ limit: 1, threads: 3 });
    const served = new Served();
    served.wait('held', at(permits, 0));
    await served.holds(1);
    const left = new AbortController();
    served.wait('leaves', at(permits, 1), left.signal);
    served.wait('stays', at(permits, 2));
    served.release('held');
    left.abort();
    await served.holds(2);
    served.release('stays');
    expect(served.order).toEqual(['held', 'stays']);
    expect(readComponentUse(cells)).toMatchObject({ taken: 0, waiting: 0 });
  });

  it('come back from a thread that does not take what it was handed', async () => {
    const cells = createComponentCells({ limit: 1, threads: 3 });
    const thread = startPermitsThread();
    try {
      const own = new Permits({ component: 'shared', cells: { cells, thread: 0 }, patrolMs: 5 });
      const give = await own.acquire();
      const use = createUse();
      // It has an older caller, and can't look because it ended.
      thread.postMessage(round({ cells, thread: 1, use }));
      await expect.poll(() => readComponentUse(cells).waiting).toBe(1);
      await thread.terminate();
      give();
      expect(readComponentUse(cells).taken).toBe(1);
      (await own.acquire())();
      // Nothing more is handed to it.
      (await own.acquire())();
      reclaimThread({ cells, thread: 1 });
      expect(readComponentUse(cells)).toMatchObject({ taken: 0, waiting: 0 });
    } finally {
      await thread.terminate();
    }
  });

  it('come back when the thread that held them ended, as do the places of those that waited in it', async () => {
    const { permits, cells, threads } = setUp({ limit: 2, threads: 2, maxWaiting: 3 });
    const [own, gone] = [at(permits, 0), at(permits, 1)];
    await Promise.all([gone.acquire(), gone.acquire()]);
    for (const _ of [1, 2]) void gone.acquire();
    oldestStartWriter(at(threads, 1))(5_000);
    const waiting = own.acquire();
    expect(readComponentUse(cells)).toMatchObject({ taken: 2, waiting: 3 });
    reclaimThread(at(threads, 1));
    (await waiting)();
    expect(readOldestStart(at(threads, 1))).toBeUndefined();
    reclaimThread(at(threads, 1));
    expect(readComponentUse(cells)).toMatchObject({ taken: 0, waiting: 0 });
  });

  it('are not given to a thread that there is no place for', () => {
    const { cells } = setUp({ limit: 1, threads: 2 });
    expect(() => new SharedPermits({ cells, thread: 2 })).toThrow(
      'there is no thread 2 in cells for 2 threads',
    );
  });

  it('tell when the oldest invocation of each thread began', () => {
    const { threads } = setUp({ limit: 1, threads: 2 });
    // Beyond what 32 bits of ms hold.
    const now = 5 * 2 ** 32 + 0.25;
    oldestStartWriter(at(threads, 1))(now - 90_000);
    expect(readOldestStart(at(threads, 0), now)).toBeUndefined();
    expect(now - (readOldestStart(at(threads, 1), now) ?? 0)).toBe(90_000);
    oldestStartWriter(at(threads, 1))(now + 3);
    expect(readOldestStart(at(threads, 1), now)).toBe(now);
    oldestStartWriter(at(threads, 1))(undefined);
    expect(readOldestStart(at(threads, 1), now)).toBeUndefined();
  });
});

const threads: Worker[] = [];

function startPermitsThread(): Worker {
  const thread = new Worker(new URL('../testing/permits-thread.ts', import.meta.url), { workerData: {} });
  threads.push(thread);
  return thread;
}

function createUse(): CellBlock {
  const use = new CellAllocator().allocate(1);
  viewCells(use)[useCell.limit] = 1_000;
  return use;
}

function round(changes: Pick<Round, 'cells' | 'thread' | 'use'> & Partial<Round>): Round {
  return { callers: 1, times: 1, turns: 0, leaveEvery: 0, tellEvery: 0, patrolMs: never, ...changes };
}

/** The permits it took. */
async function done(thread: Worker): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const onMessage = (report: ThreadReport): void => {
    if (report.kind === 'done') resolve(report.served);
  };
  const onExit = (): void => reject(new Error('the thread ended'));
  thread.on('message', onMessage).on('error', reject).on('exit', onExit);
  try {
    return await promise;
  } finally {
    thread.off('message', onMessage).off('error', reject).off('exit', onExit);
  }
}

describe('permits shared by real threads', () => {
  afterEach(async () => {
    await Promise.all(threads.splice(0).map((thread) => thread.terminate()));
  });

  it('never exceed the limit, lose no wake-up and starve no thread, whatever the threads do at once', async () => {
    const all = [1, 2, 3].map(startPermitsThread);
    await Promise.all(all.map((thread) => once(thread, 'message')));
    const rounds = fc.record({
      limit: fc.integer({ min: 1, max: 4 }),
      times: fc.integer({ min: 50, max: 300 }),
      threads: fc.array(
        fc.record({
          callers: fc.integer({ min: 1, max: 8 }),
          turns: fc.integer({ min: 0, max: 2 }),
          leaveEvery: fc.constantFrom(0, 2, 3, 7),
        }),
        { minLength: 2, maxLength: all.length },
      ),
    });
    const property = fc.asyncProperty(rounds, async ({ limit, times, threads: each }) => {
      const cells = createComponentCells({ limit, threads: each.length });
      const use = createUse();
      const served = each.map((changes, thread) => {
        const worker = at(all, thread);
        const result = done(worker);
        worker.postMessage(round({ cells, thread, use, times, ...changes }));
        return result;
      });
      expect(await Promise.all(served)).toEqual(each.map(({ callers }) => callers * times));
      const most = viewCells(use)[useCell.most];
      expect(most).toBeGreaterThan(0);
      expect(most).toBeLessThanOrEqual(limit);
      expect(readComponentUse(cells)).toMatchObject({ taken: 0, waiting: 0, refused: 0 });
    });
    await fc.assert(property, { numRuns: 40 });
  });

  it('go from thread to thread, one by one, when there is only one', async () => {
    const all = [1, 2].map(startPermitsThread);
    await Promise.all(all.map((thread) => once(thread, 'message')));
    const cells = createComponentCells({ limit: 1, threads: 2 });
    const use = createUse();
    const served = all.map((worker, thread) => {
      worker.postMessage(round({ cells, thread, use, times: 2_000, turns: 1 }));
      return done(worker);
    });
    expect(await Promise.all(served)).toEqual([2_000, 2_000]);
    expect(viewCells(use)[useCell.most]).toBe(1);
  });

  it('reach a thread while another one has callers without end', async () => {
    const [endless, other] = [startPermitsThread(), startPermitsThread()];
    await Promise.all([once(endless, 'message'), once(other, 'message')]);
    const cells = createComponentCells({ limit: 1, threads: 2 });
    const use = createUse();
    endless.postMessage(round({ cells, thread: 0, use, callers: 8, times: 1e9, turns: 1, tellEvery: 100 }));
    await once(endless, 'message');
    const served = done(other);
    other.postMessage(round({ cells, thread: 1, use, times: 100 }));
    expect(await served).toBe(100);
  });

  it('are all there again, whenever threads end', async () => {
    const limit = 2;
    const cells = createComponentCells({ limit, threads: 3 });
    const useBlock = createUse();
    const use = viewCells(useBlock);
    const stays = startPermitsThread();
    await once(stays, 'message');
    const served = done(stays);
    stays.postMessage(round({ cells, thread: 0, use: useBlock, callers: 4, times: 4_000, turns: 1 }));
    for (let end = 0; end < 12; end++) {
      const thread = 1 + (end % 2);
      const ending = startPermitsThread();
      await once(ending, 'message');
      const changes = { callers: 6, times: 1e9, turns: end % 3, leaveEvery: end % 4, tellEvery: 7 };
      ending.postMessage(round({ cells, thread, use: useBlock, ...changes }));
      for (let progress = 0; progress <= end; progress++) await once(ending, 'message');
      await ending.terminate();
      // Before its permits come back, else they could be in use once more than they are.
      Atomics.sub(use, useCell.now, Atomics.exchange(use, useCell.firstThread + thread, 0));
      reclaimThread({ cells, thread });
    }
    expect(await served).toBe(16_000);
    expect(use[useCell.most]).toBe(limit);
    expect(readComponentUse(cells)).toMatchObject({ taken: 0, waiting: 0 });
  });
});
