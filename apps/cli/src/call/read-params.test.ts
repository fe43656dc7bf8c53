import { func, t } from '@wasmlattice/rpc';
import { describe, expect, it } from 'vitest';
import { readParams } from './read-params.js';

const add = func('add', [
  ['left', t.u32],
  ['right', t.u32],
]);
const greet = func('greet', [['name', t.string]]);
const store = func('store', [['name', t.record({ name: t.string })]]);

describe('parameters on the command line', () => {
  it.each([
    ['one value each', add, ['1', '2'], [1, 2]],
    ['one object with all of them', add, ['{"right": 2, "left": 1}'], [1, 2]],
    ['text without quotes', greet, ['Ada Lovelace'], ['Ada Lovelace']],
    ['text that looks like a number', greet, ['5'], ['5']],
    ['text in quotes', greet, ['"5"'], ['5']],
    ['an object that is the parameter itself', store, ['{"name": "Ada"}'], [{ name: 'Ada' }]],
    ['an object with the parameter by name', store, ['{"name": {"name": "Ada"}}'], [{ name: 'Ada' }]],
    ['nothing where there are none', func('now', []), [], []],
  ])('are %s', (_, f, texts, params) => {
    expect(readParams(f, texts)).toEqual(params);
  });

  it.each([
    ['too few', add, ['1'], 'add has 2 parameters, and 1 values are given'],
    ['too many', greet, ['a', 'b'], 'greet has 1 parameters, and 2 values are given'],
    ['of another type', add, ['1', 'true'], 'right: expected u32, found true'],
    ['no JSON', add, ['1', '{'], 'the value of right is no JSON: {'],
    ['an object with a name too many', add, ['{"left": 1, "right": 2, "x": 3}'], 'there is no `x`'],
    ['an object without a name', add, ['{"left": 1}'], '`right` is missing'],
    [
      'an object with a misspelt name',
      add,
      ['{"left": 1, "rigth": 2}'],
      'there is no `rigth`: write `right`',
    ],
  ])('are refused when they are %s', (_, f, texts, message) => {
    expect(() => readParams(f, texts)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message), exitCode: 2 }),
    );
  });
});
