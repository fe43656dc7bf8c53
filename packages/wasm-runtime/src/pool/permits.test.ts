import { describe, expect, it } from 'vitest';
import {
  type ComponentCellsOptions,
  createComponentCells,
  defaultMaxWaiting,
  keptWriter,
  readComponentUse,
  setPermitLimit,
} from './component-cells.js';
import { Permits, type PermitsOptions } from './permits.js';

/** Permits of a component that runs in one thread. */
function create({
  limit = 1,
  maxWaiting,
  ...options
}: Partial<PermitsOptions & Pick<ComponentCellsOptions, 'limit' | 'maxWaiting'>> = {}) {
  const cells = createComponentCells({ limit, threads: 1, ...(maxWaiting !== undefined && { maxWaiting }) });
  const permits = new Permits({ component: 'counter', cells: { cells, thread: 0 }, ...options });
  return { cells, permits };
}

describe('permits', () => {
  it('are given in the order of arrival', async () => {
    const { permits } = create();
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
    const { permits } = create({ limit: 2 });
    const [first] = [await permits.acquire(), await permits.acquire()];
    first();
    first();
    expect(permits.taken).toBe(1);
  });

  it('leave the queue when the signal is aborted', async () => {
    const { permits, cells } = create();
    const release = await permits.acquire();
    const controller = new AbortController();
    const waiting = permits.acquire(controller.signal);
    controller.abort(new Error('caller left'));
    await expect(waiting).rejects.toThrow('caller left');
    expect(permits.waiting).toBe(0);
    release();
    expect(readComponentUse(cells)).toMatchObject({ taken: 0, waiting: 0 });
  });

  it('are refused to a signal that is aborted already', async () => {
    const { permits } = create();
    await expect(permits.acquire(AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
    expect(permits.taken).toBe(0);
  });

  it('are refused with what to raise when too many wait', async () => {
    const { permits, cells } = create({ maxWaiting: 1 });
    const release = await permits.acquire();
    const waiting = permits.acquire();
    await expect(permits.acquire()).rejects.toMatchObject({
      name: 'OverloadedError',
      component: 'counter',
      budget: 'waiting-invocations',
      retryAfterMs: 1_000,
      message:
        'component "counter" is not invoked now: all 1 of its instances are in use and 1 invocations wait already, of at most 1: raise its max_instances or the bound on waiting',
    });
    expect(readComponentUse(cells)).toEqual({ limit: 1, taken: 1, waiting: 1, maxWaiting: 1, refused: 1 });
    release();
    (await waiting)();
    (await permits.acquire())();
  });

  it('bound the queue by their number unless told otherwise', () => {
    const { cells } = create({ limit: 4 });
    expect(readComponentUse(cells).maxWaiting).toBe(1_024 + 16 * 4);
    setPermitLimit(cells, 100);
    expect(readComponentUse(cells).maxWaiting).toBe(defaultMaxWaiting(100));
  });

  it('tell how long a caller waited, and the next one that is refused, and are silent when nobody waits', async () => {
    let time = 1_000;
    const waited: number[] = [];
    const { permits } = create({ maxWaiting: 1, now: () => time, onWaited: (ms) => waited.push(ms) });
    let release = await permits.acquire();
    expect([permits.longestWaitMs, waited]).toEqual([0, []]);
    const waiting = permits.acquire();
    time += 2_500;
    expect(permits.longestWaitMs).toBe(2_500);
    release();
    release = await waiting;
    expect(waited).toEqual([2_500]);
    const left = new AbortController();
    const leaving = permits.acquire(left.signal);
    await expect(permits.acquire()).rejects.toMatchObject({ retryAfterMs: 2_500 });
    time += 70_000;
    await expect(permits.acquire()).rejects.toMatchObject({ retryAfterMs: 10_000 });
    left.abort(new Error('left'));
    await expect(leaving).rejects.toThrow('left');
    expect(waited).toEqual([2_500, 70_000]);
    release();
  });

  it('are refused soon while callers hold resources of all instances, but to who bounds its wait', async () => {
    let time = 1_000;
    const { permits, cells } = create({ limit: 2, now: () => time, patrolMs: 1 });
    const tellKept = keptWriter({ cells, thread: 0 });
    const [first, second] = [await permits.acquire(), await permits.acquire()];
    tellKept(1);
    const patient = permits.acquire(undefined, { isPatient: true });
    const waiting = permits.acquire();
    waiting.catch(() => {});
    time += 60_000;
    // Longer than many patrols: one instance is not kept.
    await Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, 20))]);
    expect(permits.waiting).toBe(2);
    tellKept(2);
    await expect(waiting).rejects.toMatchObject({
      name: 'OverloadedError',
      budget: 'kept-instances',
      message: expect.stringMatching(
        /^component "counter" is not invoked now: all 2 of its instances are kept for resources that callers hold/,
      ),
    });
    const late = permits.acquire();
    expect(permits.waiting).toBe(2);
    first();
    second();
    (await patient)();
    (await late)();
    expect(readComponentUse(cells)).toMatchObject({ taken: 0, waiting: 0, refused: 1 });
  });

  it('let waiters in when the limit grows, and none when it shrinks', async () => {
    const { permits, cells } = create();
    const releases = [await permits.acquire()];
    const second = permits.acquire();
    setPermitLimit(cells, 2);
    releases.push(await second);
    setPermitLimit(cells, 1);
    const third = permits.acquire();
    releases.pop()?.();
    expect(permits.waiting).toBe(1);
    releases.pop()?.();
    (await third)();
    expect(permits.taken).toBe(0);
  });

  it('refuse limits that are none', () => {
    expect(() => create({ limit: 0 })).toThrow('max_instances must be a whole number of at least 1, not 0');
    expect(() => create({ maxWaiting: -1 })).toThrow(RangeError);
    expect(() => createComponentCells({ limit: 1, threads: 0 })).toThrow(RangeError);
    expect(() => setPermitLimit(create().cells, 1.5)).toThrow(RangeError);
  });
});
