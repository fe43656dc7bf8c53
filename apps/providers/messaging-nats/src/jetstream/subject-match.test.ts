import { expect, it } from 'vitest';
import { matchesFilter } from './subject-match.js';

it.each([
  ['a.b', 'a.b', true],
  ['a.b', 'a.c', false],
  ['a.*', 'a.b', true],
  ['a.*', 'a.b.c', false],
  ['a.>', 'a.b.c', true],
  ['a.>', 'a', false],
  ['>', 'a', true],
  ['*.b.>', 'a.b.c', true],
  ['*.b.>', 'a.c.c', false],
])('%s gets %s: %s', (filter, subject, expected) => {
  expect(matchesFilter(filter, subject)).toBe(expected);
});
