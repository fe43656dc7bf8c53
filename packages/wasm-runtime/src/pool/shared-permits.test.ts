import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { Permits, TooManyWaitingError } from './permits.js';
import {
  closePermitBudget,
  createPermitBudget,
  createPermitTally,
  holdsPermits,
  reclaimPermits,
  SharedPermits,
  type SharedPermitsMemory,
  setPermitLimit,
} from './shared-permits.js';

function thread(budget: SharedArrayBuffer, limit: number, maxWaiting?: number) {
  const memory: SharedPermitsMemory = { budget, held: createPermitTally() };
  const shared = new SharedPermits(memory);
  const permits = new Permits({ limit, shared, ...(maxWaiting !== undefined && { maxWaiting }) });
  return { memory, permits };
}

describe('permits shared by threads', () => {
  it('count what each of them holds against one limit', async () => {
    const budget = createPermitBudget(2);
    const [own, other] = [thread(budget, 2), thread(budget, 2, 0)];
    const give = await own.permits.acquire();
    await other.permits.acquire();
    await expect(other.permits.acquire()).rejects.toThrow(TooManyWaitingError);
    give();
    give();
    await other.permits.acquire();
    await expect(other.permits.acquire()).rejects.toThrow(TooManyWaitingError);
  });

  it('wake who waits when another thread gives one back, and go to it first', async () => {
    const budget = createPermitBudget(1);
    const [own, other] = [thread(budget, 1), thread(budget, 1, 0)];
    const give = await other.permits.acquire();
    const waiting = own.permits.acquire();
    expect(own.permits.waiting).toBe(1);
    give();
    await expect(other.permits.acquire()).rejects.toThrow(TooManyWaitingError);
    (await waiting)();
    (await other.permits.acquire())();
  });

  it('follow a raised limit', async () => {
    const budget = createPermitBudget(1);
    const [own, other] = [thread(budget, 2), thread(budget, 2, 0)];
    await other.permits.acquire();
    const waiting = own.permits.acquire();
    setPermitLimit(budget, 2);
    await waiting;
    await expect(other.permits.acquire()).rejects.toThrow(TooManyWaitingError);
  });

  it('come back when the thread that held them ended', async () => {
    const budget = createPermitBudget(1);
    const [own, gone] = [thread(budget, 1), thread(budget, 1, 0)];
    await gone.permits.acquire();
    const waiting = own.permits.acquire();
    expect(holdsPermits(gone.memory)).toBe(true);
    reclaimPermits(gone.memory);
    await waiting;
    expect(holdsPermits(gone.memory)).toBe(false);
    reclaimPermits(gone.memory);
    await expect(thread(budget, 1, 0).permits.acquire()).rejects.toThrow(TooManyWaitingError);
  });

  it('go only to the own pool once the component is stopped', async () => {
    const budget = createPermitBudget(2);
    const [own, other] = [thread(budget, 2), thread(budget, 2, 0)];
    closePermitBudget(budget);
    await expect(other.permits.acquire()).rejects.toThrow(TooManyWaitingError);
    await own.permits.acquire();
  });

  it('stay balanced when a caller that waits gives up', async () => {
    const budget = createPermitBudget(1);
    const [own, other] = [thread(budget, 1), thread(budget, 1, 0)];
    const give = await other.permits.acquire();
    const left = new AbortController();
    const waiting = own.permits.acquire(left.signal);
    left.abort(new Error('left'));
    await expect(waiting).rejects.toThrow('left');
    give();
    await other.permits.acquire();
  });

  it('never exceed the limit, whatever the threads do at once', async () => {
    const limit = 3;
    const budget = createPermitBudget(limit);
    const [running, most] = [new SharedArrayBuffer(4), new SharedArrayBuffer(4)];
    const threads = Array.from({ length: 3 }, () => {
      const memory: SharedPermitsMemory = { budget, held: createPermitTally() };
      const worker = new Worker(contender, {
        eval: true,
        workerData: { module: new URL('./shared-permits.ts', import.meta.url).href, memory, running, most },
      });
      return new Promise<SharedPermitsMemory>((resolve, reject) => {
        worker.on('error', reject);
        worker.on('exit', () => resolve(memory));
      });
    });
    const memories = await Promise.all(threads);
    const seen = Atomics.load(new Int32Array(most), 0);
    expect(seen).toBeGreaterThan(0);
    expect(seen).toBeLessThanOrEqual(limit);
    expect(memories.map(holdsPermits)).toEqual([false, false, false]);
    const after = thread(budget, limit, 0);
    for (let n = 0; n < limit; n++) await after.permits.acquire();
    await expect(after.permits.acquire()).rejects.toThrow(TooManyWaitingError);
  });
});

/** Takes two permits at a time when it can, and notes the most that all threads held together. */
const contender = `
  const { workerData } = require('node:worker_threads');
  const { module, memory, running, most } = workerData;
  const [now, max] = [new Int32Array(running), new Int32Array(most)];
  import(module).then(({ SharedPermits }) => {
    const permits = new SharedPermits(memory);
    const take = () => {
      if (!permits.tryTake()) return false;
      const count = Atomics.add(now, 0, 1) + 1;
      for (let seen = Atomics.load(max, 0); count > seen; seen = Atomics.load(max, 0)) {
        if (Atomics.compareExchange(max, 0, seen, count) === seen) break;
      }
      return true;
    };
    const give = () => {
      Atomics.sub(now, 0, 1);
      permits.give();
    };
    for (let round = 0; round < 20_000; round++) {
      const [first, second] = [take(), take()];
      if (first) give();
      if (second) give();
    }
  });
`;
