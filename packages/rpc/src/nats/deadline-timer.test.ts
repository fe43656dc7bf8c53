import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeadlineTimer } from './deadline-timer.js';

describe('DeadlineTimer', () => {
  let deadlines: Set<number>;
  let sweeps: number;
  let timer: DeadlineTimer;

  beforeEach(() => {
    vi.useFakeTimers();
    deadlines = new Set();
    sweeps = 0;
    timer = new DeadlineTimer((now) => {
      sweeps++;
      for (const deadline of deadlines) if (deadline <= now) deadlines.delete(deadline);
      return Math.min(...deadlines);
    });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  const start = (ms: number): void => {
    const deadline = performance.now() + ms;
    deadlines.add(deadline);
    timer.include(deadline);
  };

  it('ends each in time, whatever their order', () => {
    start(500);
    start(100);
    start(300);
    vi.advanceTimersByTime(101);
    expect(deadlines.size).toBe(2);
    vi.advanceTimersByTime(200);
    expect(deadlines.size).toBe(1);
    vi.advanceTimersByTime(200);
    expect(deadlines.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('looks only once for all that end early', () => {
    for (let i = 0; i < 1_000; i++) start(10_000 + i);
    deadlines.clear();
    vi.advanceTimersByTime(60_000);
    expect(sweeps).toBe(1);
  });

  it('waits for what is further away than a timer of Node.js can', () => {
    start(2 ** 32);
    vi.advanceTimersByTime(1_000);
    expect(sweeps).toBe(0);
    vi.advanceTimersByTime(2 ** 32);
    expect(deadlines.size).toBe(0);
  });

  it('is silent once closed, and without a deadline', () => {
    start(Number.POSITIVE_INFINITY);
    expect(vi.getTimerCount()).toBe(0);
    start(10);
    timer.close();
    vi.advanceTimersByTime(100);
    expect(sweeps).toBe(0);
  });
});
