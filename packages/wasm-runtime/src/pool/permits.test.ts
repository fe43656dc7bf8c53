import { describe, expect, it } from 'vitest';
import { Permits } from './permits.js';

describe('permits', () => {
  it('are given in the order of arrival', async () => {
    const permits = new Permits({ limit: 1 });
    const order: number[] = [];
    const first = await permits.acquire();
    const waiting = [1, 2, 3].map(async (id) => {
      const release = await permits.acquire();
      order.push(id);
      release();
    });
    expect(permits.waiting).toBe(3);
    first();
    await Promise.all(waiting);
    expect(order).toEqual([1, 2, 3]);
    expect(permits.taken).toBe(0);
  });

  it('count once however often they are given back', async () => {
    const permits = new Permits({ limit: 2 });
    const [first] = [await permits.acquire(), await permits.acquire()];
    first();
    first();
    expect(permits.taken).toBe(1);
  });

  it('leave the queue when the signal is aborted', async () => {
    const permits = new Permits({ limit: 1 });
    const release = await permits.acquire();
    const controller = new AbortController();
    const waiting = permits.acquire(controller.signal);
    controller.abort(new Error('caller left'));
    await expect(waiting).rejects.toThrow('caller left');
    expect(permits.waiting).toBe(0);
    release();
    expect(permits.taken).toBe(0);
  });

  it('are refused to a signal that is aborted already', async () => {
    const permits = new Permits({ limit: 1 });
    await expect(permits.acquire(AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
    expect(permits.taken).toBe(0);
  });

  it('bound the queue only when told to', async () => {
    const permits = new Permits({ limit: 1, maxWaiting: 1 });
    const release = await permits.acquire();
    const waiting = permits.acquire();
    await expect(permits.acquire()).rejects.toMatchObject({ name: 'TooManyWaitingError' });
    release();
    (await waiting)();
  });

  it('let waiters in when the limit grows, and none when it shrinks', async () => {
    const permits = new Permits({ limit: 1 });
    const releases = [await permits.acquire()];
    const second = permits.acquire();
    permits.resize(2);
    releases.push(await second);
    permits.resize(1);
    const third = permits.acquire();
    releases.pop()?.();
    expect(permits.waiting).toBe(1);
    releases.pop()?.();
    (await third)();
    expect(permits.taken).toBe(0);
  });

  it('refuse a limit below one', () => {
    expect(() => new Permits({ limit: 0 })).toThrow(RangeError);
  });
});
