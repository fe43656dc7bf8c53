import { describe, expect, it } from 'vitest';
import { Permits, TooManyWaitingError } from './limits.js';
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
});
