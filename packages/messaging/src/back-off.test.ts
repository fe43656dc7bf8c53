import { expect, it } from 'vitest';
import { backOffMs, defaultBackOffMs } from './back-off.js';

it('a list of waits ends with the one that counts for all further attempts', () => {
  expect([1, 2, 3, 4].map((attempt) => backOffMs([10, 20, 30], attempt))).toEqual([10, 20, 30, 30]);
  expect(backOffMs(defaultBackOffMs, 100)).toBe(60_000);
});
