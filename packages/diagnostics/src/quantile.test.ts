import { expect, it } from 'vitest';
import { durationQuantile } from './quantile.js';

const bounds = [1, 10, 100];

it.each([
  [[0, 0, 0, 0], 0.5, undefined],
  [[10, 0, 0, 0], 0.5, 0.5],
  [[0, 10, 0, 0], 0.5, 5.5],
  [[90, 0, 10, 0], 0.9, 1],
  [[90, 0, 10, 0], 0.95, 55],
  [[0, 0, 0, 3], 0.99, 100],
  [[99, 0, 0, 1], 1, 100],
  [[5, 0, 0, 0], 0, 0],
])('of %j, the part %d took up to %s ms', (durations, part, expected) => {
  expect(durationQuantile(durations, bounds, part)).toBe(expected);
});
