import { createInvocationClock, invocationClockBytes } from '@wasmlattice/component-host';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWatchdog, type Watchdog } from './watchdog.js';

const limitMs = 1_000;
let watchdog: Watchdog;

beforeEach(() => {
  vi.useFakeTimers();
  watchdog = createWatchdog();
});
afterEach(() => {
  watchdog.close();
  vi.useRealTimers();
});

/** A worker that is watched, with the clock its invocations run by. */
function watchedWorker() {
  const memory = new SharedArrayBuffer(invocationClockBytes);
  const overdue: number[] = [];
  const unwatch = watchdog.watch({
    clock: memory,
    maxExecutionTimeMs: limitMs,
    onOverdue: (runningMs) => overdue.push(runningMs),
  });
  return { clock: createInvocationClock(memory), overdue, unwatch };
}

describe('watchdog', () => {
  it('leaves an idle worker alone, and one whose invocations end in time', () => {
    const { clock, overdue } = watchedWorker();
    for (let i = 0; i < 20; i += 1) {
      const end = clock.start();
      vi.advanceTimersByTime(limitMs);
      end();
    }
    vi.advanceTimersByTime(60_000);
    expect(overdue).toEqual([]);
  });

  it('gives the worker the time to end an overdue invocation itself', () => {
    const { clock, overdue } = watchedWorker();
    clock.start();
    vi.advanceTimersByTime(limitMs + 1_500);
    expect(overdue).toEqual([]);
  });

  it('tells once of a worker that is stuck, and how long its oldest invocation runs', () => {
    const { clock, overdue } = watchedWorker();
    clock.start();
    vi.advanceTimersByTime(500);
    clock.start();
    vi.advanceTimersByTime(60_000);
    expect(overdue).toEqual([3_000]);
  });

  it('forgets a worker that is no longer watched', () => {
    const { clock, overdue, unwatch } = watchedWorker();
    clock.start();
    unwatch();
    vi.advanceTimersByTime(60_000);
    expect(overdue).toEqual([]);
  });

  it('looks at nothing once it is closed', () => {
    const { clock, overdue } = watchedWorker();
    clock.start();
    watchdog.close();
    vi.advanceTimersByTime(60_000);
    expect(overdue).toEqual([]);
  });
});
