import { expect, it } from 'vitest';
import { hashSlot } from './hash-slot.js';

// As `CLUSTER KEYSLOT` of Redis 7.0.15 answers.
it.each([
  ['123456789', 12_739],
  ['', 0],
  ['foo', 12_182],
  ['{foo}.bar', 12_182],
  ['x{foo}{y}', 12_182],
  ['foo{}{bar}', 8363],
  ['日本', 10_949],
])('%j is in slot %i', (key, slot) => {
  expect(hashSlot(key)).toBe(slot);
});
