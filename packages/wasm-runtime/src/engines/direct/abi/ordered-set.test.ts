import { expect, it } from 'vitest';
import { OrderedSet } from './ordered-set.js';

it('keeps the order of what came, whatever was taken out', () => {
  const set = new OrderedSet<string>();
  for (const value of ['a', 'b', 'c', 'd']) set.add(value);
  set.delete('b');
  set.delete('a');
  set.delete('x');
  expect([set.size, set.take(5)]).toEqual([2, ['c', 'd']]);
  set.delete('d');
  set.add('a');
  expect(set.take(5)).toEqual(['c', 'a']);
  expect(set.find((value) => value !== 'c')).toBe('a');
  set.clear();
  set.add('b');
  expect([set.size, set.take(5)]).toEqual([1, ['b']]);
});
