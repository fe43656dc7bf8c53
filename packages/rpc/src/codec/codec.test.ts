import { describe, expect, it } from 'vitest';
import { t } from '../builders.js';
import type { WitType } from '../types.js';
import { CodecError, type CodecErrorCode } from './codec-error.js';
import { decode } from './decode.js';
import { encode } from './encode.js';
import { IncrementalDecoder } from './incremental.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytesOf = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex');

function codeOf(action: () => unknown): CodecErrorCode | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof CodecError) return error.code;
    throw error;
  }
  return undefined;
}

/** Refused whole, and refused byte by byte, for the same reason. */
function expectRefused(type: WitType, text: string, code: CodecErrorCode): void {
  expect(codeOf(() => decode(type, bytesOf(text)))).toBe(code);
  const inPieces = (): unknown => {
    const decoder = new IncrementalDecoder(type);
    for (const byte of bytesOf(text)) decoder.push(Uint8Array.of(byte));
    return decoder.value;
  };
  expect(codeOf(inPieces)).toBe(code);
}

describe('a map', () => {
  const type = t.map(t.string, t.list(t.u8));
  const value = new Map([
    ['a', Uint8Array.of(1)],
    ['b', Uint8Array.of()],
  ]);
  const bytes = '02 01 61 01 01 01 62 00';

  it('is the list of its entries', () => {
    expect(encode(type, value)).toEqual(encode(t.list(t.tuple(t.string, t.list(t.u8))), [...value]));
    expect(hex(encode(type, [...value]))).toBe(bytes.replaceAll(' ', ''));
    expect(decode(type, bytesOf(bytes))).toEqual(value);
  });

  it('is read in pieces, too, and keeps the last of equal keys', () => {
    const decoder = new IncrementalDecoder(type);
    for (const byte of bytesOf('02 01 61 01 01 01 61 01 02')) decoder.push(Uint8Array.of(byte));
    expect(decoder.value).toEqual(new Map([['a', Uint8Array.of(2)]]));
  });
});

describe('decode refuses', () => {
  it.each<[string, WitType, string, CodecErrorCode]>([
    ['a bool that is neither 0 nor 1', t.bool, '02', 'bad-bool'],
    ['u16 in four bytes', t.u16, '80808000', 'bad-integer'],
    ['u16 above its range', t.u16, 'ffff04', 'bad-integer'],
    ['u32 in six bytes', t.u32, '808080808000', 'bad-integer'],
    ['u32 above its range', t.u32, 'ffffffff10', 'bad-integer'],
    ['u64 in eleven bytes', t.u64, '8080808080808080808000', 'bad-integer'],
    ['u64 above its range', t.u64, 'ffffffffffffffffff02', 'bad-integer'],
    ['s16 out of range', t.s16, 'ffff02', 'bad-integer'],
    ['s32 out of range', t.s32, 'ffffffff0f', 'bad-integer'],
    ['s64 out of range', t.s64, 'ffffffffffffffffff01', 'bad-integer'],
    ['a string that is no UTF-8', t.string, '02c328', 'bad-utf8'],
    ['a string with a surrogate', t.string, '03eda080', 'bad-utf8'],
    ['a char that is no UTF-8', t.char, 'ff', 'bad-char'],
    ['a char with a bad continuation', t.char, 'e22828', 'bad-char'],
    ['an option of neither kind', t.option(t.u8), '0200', 'bad-discriminant'],
    ['a result of neither kind', t.result(t.u8, t.u8), '0200', 'bad-discriminant'],
    ['a variant case too many', t.variant({ a: undefined, b: t.u8 }), '02', 'bad-discriminant'],
    ['an enum case too many', t.enum('a', 'b'), '02', 'bad-discriminant'],
    ['an undeclared flag', t.flags('a', 'b'), '04', 'bad-flags'],
    ['bytes behind the value', t.u8, '0102', 'trailing-bytes'],
    ['a value cut short', t.tuple(t.u8, t.string), '0103', 'truncated'],
    ['a list cut short', t.list(t.u32), '0301', 'truncated'],
    ['a list longer than the limit', t.list(t.bool), 'ffffffff0f', 'limit-elements'],
    ['a long list of nothing', t.list(t.tuple()), 'ffff7f', 'limit-elements'],
  ])('%s', (_, type, text, code) => {
    expectRefused(type, text, code);
  });

  it('more bytes than the limit', () => {
    const limits = { maxBytes: 8, maxElements: 8 };
    expect(codeOf(() => decode(t.list(t.u8), bytesOf(`10${'00'.repeat(16)}`), limits))).toBe('limit-bytes');
    const decoder = new IncrementalDecoder(t.list(t.u8), limits);
    expect(codeOf(() => decoder.push(bytesOf('7f')))).toBe('limit-bytes');
  });

  it.each<[string, WitType, string]>([
    ['lists in a list', t.list(t.list(t.bool)), '30'],
    ['bytes in a list', t.list(t.list(t.u8)), '30'],
    ['records of lists', t.list(t.record({ a: t.list(t.u8), b: t.list(t.u8), c: t.list(t.u8) })), '10'],
    ['flags', t.list(t.flags(...Array.from({ length: 16 }, (_, i) => `f${i}`))), '10'],
    ['results', t.list(t.result(t.list(t.u8))), '20'],
    ['empty tuples, in several lists', t.list(t.list(t.tuple())), '02 01 01'],
    ['empty records of empty records', t.list(t.record({ a: t.record({}), b: t.record({}) })), '01'],
    ['units of a stream', t.list(t.stream()), '02 01 01'],
  ])('more %s than may be held, by what they take in memory', (_, type, counts) => {
    const limits = { maxBytes: 1_000, maxElements: 100 };
    const bytes = Buffer.concat([bytesOf(counts), new Uint8Array(200)]);
    const decoder = new IncrementalDecoder(type, limits);
    expect(codeOf(() => decoder.push(bytes))).toBe('limit-elements');
    const inPieces = new IncrementalDecoder(type, limits);
    const pushAll = (): void => {
      for (const byte of bytes) inPieces.push(Uint8Array.of(byte));
    };
    expect(codeOf(pushAll)).toBe('limit-elements');
  });

  it('a type nested beyond reason, and error-context', () => {
    let type: WitType = t.u8;
    for (let i = 0; i < 200; i++) type = { kind: 'list', element: type };
    expect(codeOf(() => decode(type, bytesOf('00')))).toBe('limit-nesting');
    expect(codeOf(() => encode({ kind: 'error-context' }, 'x'))).toBe('unsupported-type');
    const fixed: WitType = { kind: 'fixed-list', element: t.u8, length: 2 };
    expect(codeOf(() => encode(fixed, Uint8Array.of(1, 2)))).toBe('unsupported-type');
    expectRefused(fixed, '0102', 'unsupported-type');
  });
});

describe('decode accepts', () => {
  it('longer than minimal integers within their limit', () => {
    expect(decode(t.u32, bytesOf('8000'))).toBe(0);
    expect(decode(t.u16, bytesOf('ff8000'))).toBe(127);
    expect(decode(t.s32, bytesOf('ffffffff7f'))).toBe(-1);
    expect(decode(t.s64, bytesOf('ffff7f'))).toBe(-1n);
  });

  it('a literal replacement character and a byte order mark', () => {
    expect(decode(t.string, bytesOf('03efbfbd'))).toBe('\ufffd');
    expect(decode(t.string, bytesOf('04efbbbf61'))).toBe('\ufeffa');
  });
});

describe('decoded strings', () => {
  const type = t.list(t.tuple(t.string, t.f64));
  // Some of every length around the borders between the ways they are made, in several KiB.
  const values = Array.from({ length: 200 }, (_, i): [string, number] => [
    `${'x'.repeat(i)}${i % 7 === 0 ? 'é' : ''}${i}`,
    i / 3,
  ]);
  const bytes = encode(type, values);

  it('are the same in one message and in several', () => {
    expect(decode(type, bytes)).toEqual(values);
    for (const size of [1, 100, 1_024, 5_000]) {
      const decoder = new IncrementalDecoder(type);
      for (let start = 0; start < bytes.length; start += size) {
        decoder.push(bytes.subarray(start, start + size));
      }
      expect(decoder.value).toEqual(values);
    }
  });
});

describe('decoded bytes', () => {
  it('are a copy of their own', () => {
    const message = bytesOf('020102');
    const value = decode(t.list(t.u8), message) as Uint8Array;
    message[1] = 9;
    expect([...value]).toEqual([1, 2]);
    expect(value.buffer.byteLength).toBe(2);
    expect(Buffer.isBuffer(value)).toBe(false);
  });
});

describe('encode refuses', () => {
  it.each<[string, WitType, unknown]>([
    ['a number as bool', t.bool, 1],
    ['256 as u8', t.u8, 256],
    ['a fraction', t.u32, 1.5],
    ['-1 as u64', t.u64, -1n],
    ['a number as u64', t.u64, 1],
    ['2⁶³ as s64', t.s64, 2n ** 63n],
    ['a string as f64', t.f64, '1'],
    ['two characters as char', t.char, 'ab'],
    ['a lone surrogate', t.string, '\ud800'],
    ['an object as list', t.list(t.u32), {}],
    ['a short tuple', t.tuple(t.u8, t.u8), [1]],
    ['an unknown case', t.variant({ a: undefined }), { tag: 'b' }],
    ['an unknown enum case', t.enum('a'), 'b'],
    ['an unknown flag', t.flags('a'), { b: true }],
    ['a bare value as result', t.result(t.u8), 1],
    ['a string as bytes', t.list(t.u8), 'abc'],
  ])('%s', (_, type, value) => {
    expect(codeOf(() => encode(type, value))).toBe('bad-value');
  });
});

describe('encode', () => {
  it('writes NaN in its canonical form', () => {
    expect(hex(encode(t.f64, Number.NaN))).toBe('000000000000f87f');
    expect(hex(encode(t.f32, Number.NaN))).toBe('0000c07f');
  });

  it('takes typed arrays for lists of numbers', () => {
    expect(hex(encode(t.list(t.u16), Uint16Array.of(1, 300)))).toBe('0201ac02');
    expect(hex(encode(t.list(t.s64), BigInt64Array.of(-1n)))).toBe('017f');
  });

  it('finds nothing in a value that only every object has', () => {
    const flags = t.flags('constructor', 'to-string', 'value-of', 'plain');
    expect(hex(encode(flags, {}))).toBe('00');
    expect(hex(encode(flags, { constructor: true, valueOf: true }))).toBe('05');
    const record = t.record({ 'to-string': t.option(t.u8), 'value-of': t.option(t.bool) });
    expect(hex(encode(record, {}))).toBe('0000');
    expect(hex(encode(record, { toString: 7 }))).toBe('010700');
    expect(decode(record, encode(record, { toString: 7 }))).toEqual({ toString: 7, valueOf: undefined });
  });

  it('takes null for none', () => {
    expect(hex(encode(t.option(t.u8), null))).toBe('00');
  });

  it('keeps earlier messages intact while later ones are written', () => {
    const first = encode(t.string, 'first');
    const large = encode(t.list(t.u8), new Uint8Array(200_000).fill(7));
    const last = encode(t.string, 'last');
    expect(decode(t.string, first)).toBe('first');
    expect((decode(t.list(t.u8), large) as Uint8Array).every((byte) => byte === 7)).toBe(true);
    expect(decode(t.string, last)).toBe('last');
  });
});
