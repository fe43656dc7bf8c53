import { expect, it } from 'vitest';
import { OutputBudget } from './output-budget.js';

function setUp() {
  const time = { now: 0 };
  return { time, budget: new OutputBudget({ linesPerSecond: 2, bytesPerSecond: 100 }, () => time.now) };
}

it('takes so many lines a second, and counts those it leaves out', () => {
  const { budget, time } = setUp();
  const lines = Array.from({ length: 4 }, () => budget.line());
  expect(lines).toEqual([
    { tag: 'log', after: 0 },
    { tag: 'log', after: 0 },
    { tag: 'drop', isFirst: true },
    { tag: 'drop', isFirst: false },
  ]);
  time.now = 1_000;
  expect([budget.line(), budget.line()]).toEqual([
    { tag: 'log', after: 2 },
    { tag: 'log', after: 0 },
  ]);
});

it('says how long a reader has to wait, each for itself', () => {
  const { budget, time } = setUp();
  const [out, err] = [budget.reader(), budget.reader()];
  time.now = 400;
  expect(out(100)).toBe(0);
  time.now = 500;
  expect([out(1), err(1)]).toEqual([900, 0]);
  time.now = 1_400;
  expect(out(100)).toBe(0);
});
