import { expect, it } from 'vitest';
import { normalizeCallAlias } from './call-alias.js';

it.each([
  ['  Tiny-Thing.One two ', 'tiny_thing_one_two'],
  ['größe', 'gre'],
  ['a/b_c', 'a/b_c'],
])('the alias %j is written %s', (given, alias) => {
  expect(normalizeCallAlias(given)).toBe(alias);
});
