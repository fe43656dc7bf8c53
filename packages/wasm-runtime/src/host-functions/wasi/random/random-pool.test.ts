import { expect, it } from 'vitest';
import { secureBytes, secureU64 } from './random-pool.js';

it('never gives out the same bytes twice, whatever was asked for before', () => {
  const seen = new Set<string>();
  const lengths = [8, 16, 2496, 4096, 4097, 100_000];
  for (let round = 0; round < 40; round++) {
    for (const length of lengths) {
      const bytes = secureBytes(length);
      expect(bytes).toHaveLength(length);
      for (let at = 0; at + 8 <= length; at += 8) {
        seen.add(Buffer.from(bytes.buffer, bytes.byteOffset + at, 8).toString('hex'));
      }
    }
    seen.add(secureU64().toString(16).padStart(16, '0'));
  }
  const given = lengths.reduce((sum, length) => sum + Math.floor(length / 8), 1) * 40;
  expect(seen.size).toBe(given);
  expect(seen).not.toContain('0000000000000000');
});

it('gives out bytes that share no memory with the pool', () => {
  const bytes = secureBytes(32);
  const copy = bytes.slice();
  for (let i = 0; i < 2000; i++) secureBytes(64);
  expect(bytes).toEqual(copy);
  expect(bytes.buffer.byteLength).toBe(32);
});

it('gives nothing where nothing is asked for', () => {
  expect(secureBytes(0)).toHaveLength(0);
});
