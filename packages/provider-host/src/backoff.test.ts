import { expect, it } from 'vitest';
import { backoffMs } from './backoff.js';

it('doubles up to a limit and takes a random quarter off', () => {
  const waits = [1, 2, 3, 7, 8, 60].map((crashes) => backoffMs(crashes, {}, () => 0));
  expect(waits).toEqual([250, 500, 1_000, 16_000, 30_000, 30_000]);
  expect(backoffMs(1, { baseMs: 1_000 }, () => 0.5)).toBe(875);
  expect(backoffMs(10_000, {}, () => 0.999)).toBeGreaterThanOrEqual(22_500);
});
