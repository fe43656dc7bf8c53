import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LogGate } from './log-gate.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp(perSecond: number) {
  const dropped: number[] = [];
  const gate = new LogGate({
    perSecond,
    onDropped: (records) => dropped.push(records),
    now: () => Date.now(),
  });
  const passed = (records: number): number => {
    let count = 0;
    for (let i = 0; i < records; i++) if (gate.pass()) count++;
    return count;
  };
  return { gate, passed, dropped };
}

describe('what a component logs', () => {
  it('passes up to its rate, each second anew', () => {
    const { passed, dropped } = setUp(3);
    expect(passed(3)).toBe(3);
    expect(passed(4)).toBe(0);
    vi.advanceTimersByTime(1_000);
    expect(passed(4)).toBe(3);
    expect(dropped).toEqual([4]);
  });

  it('is told to have been dropped, also when nothing more is logged', () => {
    const { passed, dropped } = setUp(1);
    passed(100);
    expect(dropped).toEqual([]);
    vi.advanceTimersByTime(1_000);
    expect(dropped).toEqual([99]);
    vi.advanceTimersByTime(10_000);
    expect(dropped).toEqual([99]);
  });

  it('is told at the end, and no timer stays', () => {
    const { gate, passed, dropped } = setUp(1);
    passed(3);
    gate.close();
    gate.close();
    expect(dropped).toEqual([2]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
