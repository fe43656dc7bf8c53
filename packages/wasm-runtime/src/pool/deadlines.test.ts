import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { Deadlines } from './deadlines.js';

afterEach(() => {
  vi.useRealTimers();
});

it('tells of each that is overdue when it is, and of none that was met', () => {
  vi.useFakeTimers();
  const told: string[] = [];
  const deadlines = new Deadlines(100);
  const begin = (name: string) => deadlines.begin(() => told.push(name));
  const met = begin('met');
  vi.advanceTimersByTime(30);
  begin('second');
  const third = begin('third');
  vi.advanceTimersByTime(20);
  begin('fourth');
  deadlines.end(met);
  vi.advanceTimersByTime(79);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(told).toEqual(['second', 'third']);
  deadlines.end(third);
  vi.advanceTimersByTime(20);
  expect(told).toEqual(['second', 'third', 'fourth']);
});

it('begin again after all have ended', () => {
  vi.useFakeTimers();
  const told: string[] = [];
  const deadlines = new Deadlines(100);
  deadlines.end(deadlines.begin(() => told.push('met')));
  vi.advanceTimersByTime(60);
  deadlines.begin(() => told.push('later'));
  vi.advanceTimersByTime(99);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(told).toEqual(['later']);
  vi.advanceTimersByTime(1_000);
  expect(vi.getTimerCount()).toBe(0);
});

it('take one timer together, and keep no process alive when all have ended', () => {
  // A spy on a timer of `useFakeTimers` would put the false one back when it is restored.
  const timers = vi.spyOn(globalThis, 'setTimeout');
  onTestFinished(() => timers.mockRestore());
  const deadlines = new Deadlines(60_000);
  const begun = Array.from({ length: 10 }, () => deadlines.begin(() => {}));
  expect(timers).toHaveBeenCalledTimes(1);
  const timer = timers.mock.results[0]?.value as NodeJS.Timeout;
  expect(timer.hasRef()).toBe(true);
  for (const deadline of begun) deadlines.end(deadline);
  expect(timer.hasRef()).toBe(false);
  const again = deadlines.begin(() => {});
  expect(timer.hasRef()).toBe(true);
  expect(timers).toHaveBeenCalledTimes(1);
  deadlines.end(again);
});
