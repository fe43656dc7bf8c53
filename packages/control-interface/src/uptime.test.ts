import { expect, it } from 'vitest';
import { formatUptime } from './uptime.js';

it.each([
  [0, '0s'],
  [0.9, '0s'],
  [59, '59s'],
  [141, '2m 21s'],
  [3605, '1h 5s'],
  [93_600, '1day 2h'],
  [172_800, '2days'],
  [2_630_016, '1month'],
  [2 * 2_630_016, '2months'],
  [31_557_600, '1year'],
  [2 * 31_557_600 + 61, '2years 1m 1s'],
])('%d seconds are %j', (seconds, text) => {
  expect(formatUptime(seconds)).toBe(text);
});
