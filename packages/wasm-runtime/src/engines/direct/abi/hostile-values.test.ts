import { t, type WitType } from '@wasmlattice/rpc';
import { describe, expect, it } from 'vitest';
import { compileType } from './compile-type.js';
import { handMadeGuest } from './testing/abi-harness.js';

const pageSize = 65536;

/** Loads a value from bytes at address 0 of a guest with one page. */
function load(
  type: WitType,
  words: readonly number[],
  encoding: 'utf8' | 'utf16' | 'latin1+utf16' = 'utf8',
): unknown {
  const { cx } = handMadeGuest({ pages: 1, encoding });
  for (const [i, word] of words.entries()) cx.memory.view.setUint32(4 * i, word, true);
  return compileType(type).load(cx, 0);
}

describe('a guest that passes', () => {
  it.each<[string, WitType, number[], string]>([
    [
      'a case that is not there',
      t.variant({ a: t.u8, b: undefined }),
      [2],
      'discriminant 2 of a variant with 2 cases',
    ],
    ['an enum case that is not there', t.enum('a'), [255], 'discriminant 255 of an enum with 1 case'],
    ['half an option', t.option(t.u8), [2], 'discriminant 2 of an option with 2 cases'],
    ['neither ok nor err', t.result(t.u8), [7], 'discriminant 7 of a result with 2 cases'],
    ['a surrogate', t.char, [0xd800], '0xd800 is no char'],
    ['a char beyond Unicode', t.char, [0x110000], '0x110000 is no char'],
    ['a list beyond its memory', t.list(t.u8), [1, pageSize], 'a list of 65536 bytes at 1 is beyond the end'],
    [
      'a list of everything',
      t.list(t.u64),
      [8, 0xffff_ffff],
      'a list of 34359738360 bytes at 8 is beyond the end',
    ],
    ['numbers that are not aligned', t.list(t.u64), [12, 1], 'a list at 12 is not aligned to 8 bytes'],
    [
      'records that are not aligned',
      t.list(t.tuple(t.u16, t.u8)),
      [9, 1],
      'a list at 9 is not aligned to 2 bytes',
    ],
    [
      'records beyond its memory',
      t.list(t.string),
      [pageSize - 4, 1],
      'a list of 8 bytes at 65532 is beyond the end',
    ],
    ['a string beyond its memory', t.string, [pageSize, 1], 'a string of 1 bytes at 65536 is beyond the end'],
  ])('%s traps', (_what, type, words, message) => {
    expect(() => load(type, words)).toThrow(`test function: ${message}`);
  });

  it('nothing at the very end of its memory is fine', () => {
    expect(load(t.list(t.u8), [pageSize, 0])).toEqual(new Uint8Array(0));
    expect(load(t.list(t.string), [pageSize, 0])).toEqual([]);
    expect(load(t.string, [pageSize, 0])).toBe('');
  });

  it('bits that no flag has, and odd booleans, is read as the specification says', () => {
    expect(load(t.flags('a', 'b'), [0xfe])).toEqual({ a: false, b: true });
    expect(load(t.bool, [2])).toBe(true);
  });

  it.each<['utf8' | 'utf16' | 'latin1+utf16', number[], string]>([
    ['utf8', [8, 3, 0x00ff_ff61], 'the string at 8, 3 bytes long, is not UTF-8'],
    ['utf8', [8, 3, 0x0080_a0ed], 'the string at 8, 3 bytes long, is not UTF-8'],
    ['utf8', [8, 30, 0xffff_ffff], 'the string at 8, 30 bytes long, is not UTF-8'],
    ['utf16', [9, 1], 'a string at 9 is not aligned to 2 bytes'],
    ['utf16', [8, 0x8000_0000], 'a string of 4294967296 bytes at 8 is beyond the end'],
    ['utf16', [8, 1, 0xd800], 'the string at 8, 1 code units long, has half of a surrogate pair'],
    ['latin1+utf16', [9, 1], 'a string at 9 is not aligned to 2 bytes'],
    ['latin1+utf16', [8, 0xffff_ffff], 'a string of 4294967294 bytes at 8 is beyond the end'],
    ['latin1+utf16', [8, 0x8000_0001, 0xdc00], 'has half of a surrogate pair'],
  ])('a broken string in %s traps: %j', (encoding, words, message) => {
    expect(() => load(t.string, words, encoding)).toThrow(message);
  });

  it('more elements than the host would make objects for, or one range too long, traps', () => {
    const { cx } = handMadeGuest({ pages: 5000 });
    const { view } = cx.memory;
    view.setUint32(0, 8, true);
    view.setUint32(4, (1 << 20) + 1, true);
    expect(() => compileType(t.list(t.bool)).load(cx, 0)).toThrow(
      'passes lists with more elements by test function; its limit "host-call-elements" is 1048576',
    );
    view.setUint32(4, 1 << 28, true);
    for (const type of [t.string, t.list(t.u8)]) {
      expect(() => compileType(type).load(cx, 0)).toThrow('of 268435456 bytes is longer than 268435455');
    }
  });

  it('the same bytes over and over can not have the host allocate without end', () => {
    const { cx } = handMadeGuest({ pages: 1 });
    const { view } = cx.memory;
    // Pointers and lengths of lists, which are those of the lists in them as well, and of the strings in those.
    for (let address = 0; address < pageSize - 8; address += 8) {
      view.setUint32(address, 0, true);
      view.setUint32(address + 4, 0x1f7f, true);
    }
    const type = compileType(t.list(t.list(t.list(t.string))));
    expect(() => type.load(cx, 0)).toThrow('the guest passes more data than its memory holds');
  });
});

it('a value has no members that only every object has', () => {
  const store = (type: WitType, value: unknown): number => {
    const { cx } = handMadeGuest({ pages: 1 });
    compileType(type).store(cx, 0, value);
    return cx.memory.view.getUint32(0, true);
  };
  const flags = t.flags('constructor', 'to-string', 'value-of', 'plain');
  expect(store(flags, {})).toBe(0);
  expect(store(flags, { constructor: true, valueOf: true })).toBe(5);
  const record = t.record({ 'to-string': t.option(t.u8), 'value-of': t.option(t.u8) });
  expect(store(record, {})).toBe(0);
  expect(store(record, { valueOf: 7 })).toBe(0x0701_0000);
  expect(load(record, [0x0701_0901])).toEqual({ toString: 9, valueOf: 7 });
});

describe('strings', () => {
  const texts = [
    '',
    'plain',
    'Grüße',
    '\ufeffmark',
    'Ω',
    '🐘🐙',
    `${'ä'.repeat(40)}`,
    `${'Ω'.repeat(40)}`,
    '\0',
  ];

  it.each(['utf8', 'utf16', 'latin1+utf16'] as const)(
    'in %s take one allocation of the right size',
    (encoding) => {
      for (const text of texts) {
        const { cx, allocations } = handMadeGuest({ encoding });
        const { store, load: read } = compileType(t.string);
        store(cx, 0, text);
        expect(read(cx, 0)).toBe(text);
        const isLatin1 = [...text].every((char) => char.charCodeAt(0) < 0x100);
        const size = {
          utf8: Buffer.byteLength(text),
          utf16: 2 * text.length,
          'latin1+utf16': isLatin1 ? text.length : 2 * text.length,
        }[encoding];
        expect(allocations).toEqual([size]);
      }
    },
  );

  it.each(['utf8', 'utf16', 'latin1+utf16'] as const)('in %s have lone surrogates replaced', (encoding) => {
    const { cx } = handMadeGuest({ encoding });
    const { store, load: read } = compileType(t.string);
    store(cx, 0, 'a\ud83d \udc18b\ud800');
    expect(read(cx, 0)).toBe('a\ufffd \ufffdb\ufffd');
  });
});

describe('a list of numbers', () => {
  it('is a copy that later writes of the guest do not change, also after its memory has grown', () => {
    const { cx } = handMadeGuest();
    const codec = compileType(t.list(t.u32));
    codec.store(cx, 0, [1, 2, 3]);
    const first = codec.load(cx, 0) as Uint32Array;
    codec.store(cx, 0, [4, 5]);
    cx.memory.bytes.fill(0xff, 1024);
    expect([...first]).toEqual([1, 2, 3]);
  });

  it('is written as its own type whatever kind of array it comes as', () => {
    const { cx } = handMadeGuest();
    const codec = compileType(t.list(t.u32));
    for (const list of [
      [7, 8],
      Uint8Array.of(7, 8),
      Float64Array.of(7, 8),
      new Uint32Array([1, 7, 8]).subarray(1),
    ]) {
      codec.store(cx, 0, list);
      expect(codec.load(cx, 0)).toEqual(Uint32Array.of(7, 8));
    }
    expect(() => codec.store(cx, 0, [1, -1])).toThrow('element 1 of a list is no u32: -1');
    expect(() => codec.store(cx, 0, 'text')).toThrow('expected a list, got string');
  });
});
