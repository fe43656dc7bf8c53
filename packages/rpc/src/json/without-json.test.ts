import { expect, it } from 'vitest';
import { func, t } from '../builders.js';
import { formatType } from '../format-type.js';
import { typeWithoutJson } from './without-json.js';

const thing = t.own({ instance: 'a:b/c', name: 'thing' });

it.each([
  ['a parameter', func('f', [['x', t.list(t.option(thing))]]), 'thing'],
  ['a field of the result', func('f', [], t.result(t.record({ body: t.stream(t.u8) }))), 'stream<u8>'],
  ['a case', func('f', [['x', t.variant({ none: undefined, later: t.future(t.u8) })]]), 'future<u8>'],
])('the type without a form in JSON is found in %s', (_, f, text) => {
  const found = typeWithoutJson(f);
  expect(found && formatType(found)).toBe(text);
});

it('there is none in plain values', () => {
  const plain = t.tuple(t.map(t.string, t.flags('a')), t.result(t.u8, t.enum('b')));
  expect(typeWithoutJson(func('f', [['x', plain]], plain))).toBeUndefined();
});
