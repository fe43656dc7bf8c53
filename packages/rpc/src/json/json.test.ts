import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { t } from '../builders.js';
import { anyType, anyValue } from '../testing/any-value.js';
import type { WitType } from '../types.js';
import { JsonValueError, jsonToValue, valueToJson } from './index.js';

const user = t.record({ 'full-name': t.string, age: t.option(t.u8), roles: t.flags('admin', 'on-call') });
const shape = t.variant({ circle: t.f64, 'no-shape': undefined });

function hasHandle(type: WitType): boolean {
  return JSON.stringify(type).includes('"own"');
}

describe('a value', () => {
  it('is the same again after its way through JSON text', () => {
    const typed = anyType
      .filter((type) => !hasHandle(type))
      .chain((type) => anyValue(type).map((value) => ({ type, value })));
    fc.assert(
      fc.property(typed, ({ type, value }) => {
        const text = JSON.stringify(valueToJson(type, value, 'value'));
        expect(jsonToValue(type, JSON.parse(text), 'value')).toEqual(value);
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, WitType, unknown, unknown]>([
    [
      'a record',
      user,
      { 'full-name': 'Ada', roles: ['on-call'] },
      { fullName: 'Ada', age: undefined, roles: { admin: false, onCall: true } },
    ],
    [
      'a record with names of TypeScript',
      user,
      { fullName: 'Ada', age: 9, roles: [] },
      { fullName: 'Ada', age: 9, roles: { admin: false, onCall: false } },
    ],
    ['a case with a value', shape, { circle: 1.5 }, { tag: 'circle', val: 1.5 }],
    ['a case without one', shape, 'no-shape', { tag: 'no-shape' }],
    ['a result', t.result(t.u8), { err: null }, { tag: 'err', val: undefined }],
    ['an integer of 64 bits as text', t.u64, '18446744073709551615', 18446744073709551615n],
    ['an integer of 64 bits as a number', t.s64, -5, -5n],
    ['an option in an option', t.option(t.option(t.u8)), { some: null }, { tag: 'some', val: undefined }],
    ['bytes as text', t.list(t.u8), 'é', new Uint8Array([0xc3, 0xa9])],
    ['bytes in base64', t.list(t.u8), { base64: 'AQI=' }, new Uint8Array([1, 2])],
    ['bytes as numbers', t.list(t.u8), [1, 2], new Uint8Array([1, 2])],
    ['a map with text as keys', t.map(t.string, t.u8), { a: 1 }, new Map([['a', 1]])],
    ['a map with other keys', t.map(t.u8, t.string), [[1, 'a']], new Map([[1, 'a']])],
  ])('may be given as %s', (_, type, json, value) => {
    expect(jsonToValue(type, json, 'value')).toEqual(value);
  });

  it.each<[string, WitType, unknown, string]>([
    [
      'of another type',
      t.list(user),
      [{ 'full-name': 5, roles: [] }],
      'users[0].full-name: expected string, found 5',
    ],
    ['without a field', user, { roles: [] }, 'users.full-name: is missing'],
    ['with a field too many', user, { name: 'Ada', roles: [] }, 'users.name: there is no such field'],
    [
      'with a flag too many',
      user,
      { 'full-name': '', roles: ['root'] },
      'users.roles: expected flags { admin, on-call }, found ["root"]',
    ],
    ['too large', t.u8, 256, 'users: expected u8, found 256'],
    ['negative', t.u64, '-1', 'users: expected u64, found "-1"'],
    ['no longer exact', t.u64, 2 ** 53, 'users: expected u64, found 9007199254740992'],
    ['a fraction', t.s32, 1.5, 'users: expected s32, found 1.5'],
    ['no case', t.enum('red'), 'blue', 'users: expected enum { red }, found "blue"'],
    ['a case without its value', shape, 'circle', 'users: the case circle has a value'],
    ['a value for a case without one', shape, { 'no-shape': 1 }, 'users.no-shape: expected null'],
    ['no base64', t.list(t.u8), { base64: '?' }, 'users: expected list<u8>, found {"base64":"?"}'],
    ['two characters', t.char, 'ab', 'users: expected char, found "ab"'],
    ['a handle', t.own({ instance: 'a:b/c', name: 'thing' }), 1, 'users: thing has no form in JSON'],
    ['a stream', t.stream(t.u8), [], 'users: stream<u8> has no form in JSON'],
  ])('is refused %s, by its place', (_, type, json, message) => {
    const read = () => jsonToValue(type, json, 'users');
    expect(read).toThrow(JsonValueError);
    expect(read).toThrow(message);
  });
});
