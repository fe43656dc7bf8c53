import { describe, expect, it } from 'vitest';
import { composeFloat, decomposeFloat } from './float.js';

describe('a float', () => {
  it.each([
    0,
    -0,
    1,
    -1.5,
    5e-324,
    Number.MIN_VALUE * 3,
    Number.MAX_VALUE,
    Infinity,
    -Infinity,
    Number.NaN,
    2 ** -1022,
    0.1,
  ])('%s is the same after it was taken apart', (value) => {
    expect(composeFloat(decomposeFloat(value, 8), 8)).toBe(value);
    expect(composeFloat(decomposeFloat(value, 4), 4)).toBe(Math.fround(value));
  });
});
