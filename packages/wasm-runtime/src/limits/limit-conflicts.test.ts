import { expect, it } from 'vitest';
import { limitConflicts } from './limit-conflicts.js';

it('a part is no larger than the whole, where both were chosen', () => {
  expect(limitConflicts({ 'random-bytes': 100_000, memory: 65_536 })).toMatchObject([
    { limit: 'random-bytes', value: 100_000, bound: 'memory', boundValue: 65_536 },
  ]);
  expect(limitConflicts({ 'header-lines': 2_000, 'header-bytes': 1_024 })).toMatchObject([
    { limit: 'header-lines', bound: 'header-bytes' },
  ]);
  expect(limitConflicts({ 'random-bytes': 65_536, memory: 65_536 })).toEqual([]);
  expect(limitConflicts({ memory: 65_536 })).toEqual([]);
});

it('nothing is larger than the memory there is, and counts are not compared with it', () => {
  expect(limitConflicts({ memory: 2e9, handles: 1_000_000 }, 1e9)).toMatchObject([
    { limit: 'memory', value: 2e9, bound: 'resident-memory', boundValue: 1e9 },
  ]);
  expect(limitConflicts({ handles: 1_000_000 }, 1_000)).toEqual([]);
});
