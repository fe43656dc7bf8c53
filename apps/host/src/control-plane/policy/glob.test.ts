import { expect, it } from 'vitest';
import { matchesGlob } from './glob.js';

it.each([
  ['a', 'a', true],
  ['a', 'ab', false],
  ['', '', true],
  ['*', '', true],
  ['*', 'anything', true],
  ['shop-*', 'shop-', true],
  ['shop-*', 'ashop-', false],
  ['*:1.*', 'ghcr.io/a:1.2', true],
  ['a*b*c', 'a-b-c', true],
  ['a*b*c', 'a-c-b', false],
  ['ab*ba', 'aba', false],
  ['a**b', 'ab', true],
  ['*a*a', 'a', false],
  ['a.c', 'abc', false],
])('%j and %j: %s', (pattern, text, expected) => {
  expect(matchesGlob(pattern, text)).toBe(expected);
});

it('takes no longer for a pattern that is made to', () => {
  expect(matchesGlob(`${'a*'.repeat(5_000)}b`, 'a'.repeat(100_000))).toBe(false);
});
