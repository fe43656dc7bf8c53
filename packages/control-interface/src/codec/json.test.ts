import { describe, expect, it } from 'vitest';
import { DecodeError, decodeStringMap, jsonFromBytes, jsonToBytes, ObjectReader } from './json.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('jsonFromBytes', () => {
  it('reads UTF-8 JSON', () => {
    expect(jsonFromBytes(bytes('{"a":["ü"]}'), 'request')).toEqual({ a: ['ü'] });
  });

  it('names what is empty', () => {
    expect(() => jsonFromBytes(bytes(''), 'request')).toThrow('request is empty, expected JSON');
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(() => jsonFromBytes(Uint8Array.of(0x22, 0xff, 0x22), 'request')).toThrow(
      'request is not UTF-8 text',
    );
  });

  it('never quotes the text, which may hold a password', () => {
    expect(() => jsonFromBytes(bytes('{"password":"hunter2"'), 'request')).toThrow(
      /^request is not JSON[^"]*$/,
    );
    expect(() => jsonFromBytes(bytes('hunter2'), 'request')).toThrow(/^request is not JSON[^"]*$/);
  });
});

describe('jsonToBytes', () => {
  it('leaves out members that are undefined', () => {
    expect(new TextDecoder().decode(jsonToBytes({ a: undefined, b: null }))).toBe('{"b":null}');
  });
});

describe('ObjectReader', () => {
  const read = (value: unknown): ObjectReader => new ObjectReader(value, 'thing');

  it.each([
    ['null', null, 'null'],
    ['an array', [], 'an array'],
    ['a string', 'x', 'a string'],
    ['a number', 1, 'a number'],
  ])('refuses %s where an object belongs', (_title, value, found) => {
    expect(() => read(value)).toThrow(`thing must be an object, got ${found}`);
  });

  it('names a missing field and what belongs there', () => {
    expect(() => read({}).string('id')).toThrow('thing: field "id" is missing, expected a string');
  });

  it('names a field of the wrong type and what was found, but not the value', () => {
    const failure = (): unknown => read({ token: 12345 }).string('token');
    expect(failure).toThrow(new DecodeError('thing', 'token', 'must be a string, got a number'));
    expect(failure).not.toThrow('12345');
  });

  it('does not take members of the prototype for fields', () => {
    expect(() => read({}).string('constructor')).toThrow('is missing');
    expect(read({}).stringOr('toString', 'none')).toBe('none');
  });

  it('gives the default for a missing member, but refuses null', () => {
    expect(read({}).stringOr('name', 'default')).toBe('default');
    expect(() => read({ name: null }).stringOr('name', 'default')).toThrow('must be a string, got null');
  });

  it('takes null for an optional member that is not given', () => {
    expect(read({ name: null }).optionalString('name')).toBeUndefined();
    expect(read({ map: null }).optionalStringMap('map')).toBeUndefined();
    expect(read({ n: null }).optionalU64('n')).toBeUndefined();
    expect(read({ list: null }).optionalStringArray('list')).toBeUndefined();
    expect(read({ o: null }).optionalObject('o')).toBeUndefined();
  });

  it.each([-1, 1.5, 2 ** 32, '3', null, true])('refuses %j as a 32-bit unsigned integer', (value) => {
    expect(() => read({ count: value }).u32Or('count', 0)).toThrow(
      'thing: field "count" must be a 32-bit unsigned',
    );
  });

  it.each([0, 1, 2 ** 32 - 1])('takes %d as a 32-bit unsigned integer', (value) => {
    expect(read({ count: value }).u32Or('count', 7)).toBe(value);
  });

  it('takes unsigned 64-bit integers, the largest as the nearest number', () => {
    expect(read(JSON.parse('{"n":18446744073709551615}')).u64('n')).toBe(2 ** 64);
    expect(() => read({ n: 2 ** 65 }).u64('n')).toThrow('must be an unsigned integer');
    expect(() => read({ n: -1 }).u64('n')).toThrow('must be an unsigned integer');
  });

  it('tells the path of an entry that is not a string', () => {
    expect(() => read({ labels: { zone: 1 } }).stringMap('labels')).toThrow(
      'thing: field "labels.zone" must be a string, got a number',
    );
    expect(() => read({ config: ['a', {}] }).stringArray('config')).toThrow(
      'thing: field "config[1]" must be a string, got an object',
    );
  });

  it('tells the path within an array of objects', () => {
    const reader = read({ links: [{ name: 'a' }, { name: 2 }] });
    expect(() => reader.array('links', (item, path) => reader.item(item, path).string('name'))).toThrow(
      'thing: field "links[1].name" must be a string, got a number',
    );
  });

  it('keeps a key named __proto__ as an ordinary entry', () => {
    const map = read(JSON.parse('{"map":{"__proto__":"x"}}')).stringMap('map');
    expect(Object.entries(map)).toEqual([['__proto__', 'x']]);
    expect(Object.getPrototypeOf(map)).toBe(Object.prototype);
  });
});

describe('decodeStringMap', () => {
  it('reads an object of strings', () => {
    expect(decodeStringMap({ a: '1' }, 'config x')).toEqual({ a: '1' });
  });

  it.each([[[]], [null], ['text'], [{ a: 1 }], [{ a: null }], [{ a: { b: 'c' } }]])('refuses %j', (value) => {
    expect(() => decodeStringMap(value, 'config x')).toThrow(DecodeError);
  });
});
