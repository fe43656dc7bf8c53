import { t, type WitType } from '@wasmlattice/rpc';
import { describe, expect, it } from 'vitest';
import { readConstant } from '../wast/constants.js';
import { readNodes } from '../wast/s-expression.js';
import { equalValues, toValue } from './values.js';

function read(text: string, type: WitType): unknown {
  const [node] = readNodes(text);
  if (node === undefined) throw new Error('no value');
  return toValue(readConstant(node), type);
}

const point: WitType = {
  kind: 'record',
  fields: [
    { name: 'the-x', type: t.u8 },
    { name: 'y', type: t.string },
  ],
};
const shape: WitType = { kind: 'variant', cases: [{ name: 'dot' }, { name: 'at', type: point }] };

describe('values of scripts', () => {
  it.each<[string, WitType, unknown]>([
    ['(bool.const true)', t.bool, true],
    ['(s8.const -1)', t.s8, -1],
    ['(s32.const 0xffff_ffff)', t.s32, -1],
    ['(u64.const 18446744073709551615)', t.u64, 2n ** 64n - 1n],
    ['(f32.const 0x1.8p+1)', t.f32, 3],
    ['(f64.const -inf)', t.f64, Number.NEGATIVE_INFINITY],
    ['(f64.const nan:canonical)', t.f64, Number.NaN],
    ['(f64.const -0.0)', t.f64, -0],
    ['(char.const "\\u{1F600}")', t.char, '\u{1f600}'],
    ['(str.const "a\\nb")', t.string, 'a\nb'],
    ['(list.const (u8.const 1) (u8.const 2))', t.list(t.u8), Uint8Array.of(1, 2)],
    ['(list.const (str.const "a"))', t.list(t.string), ['a']],
    ['(tuple.const (u8.const 1) (bool.const false))', t.tuple(t.u8, t.bool), [1, false]],
    ['(record.const (field "the-x" (u8.const 1)) (field "y" str.const "v"))', point, { theX: 1, y: 'v' }],
    ['(variant.const "dot")', shape, { tag: 'dot' }],
    [
      '(variant.const "at" (record.const (field "y" (str.const "")) (field "the-x" (u8.const 9))))',
      shape,
      { tag: 'at', val: { theX: 9, y: '' } },
    ],
    ['(enum.const "big-red")', { kind: 'enum', cases: ['big-red'] }, 'big-red'],
    ['(flags.const "b-c")', { kind: 'flags', flags: ['a', 'b-c'] }, { a: false, bC: true }],
    ['(option.none)', t.option(t.u8), undefined],
    ['(option.some (u8.const 1))', t.option(t.u8), 1],
    ['(option.some (option.none))', t.option(t.option(t.u8)), { tag: 'some', val: undefined }],
    ['(option.none)', t.option(t.option(t.u8)), { tag: 'none' }],
    ['(result.ok)', t.result(undefined, t.string), { tag: 'ok' }],
    ['(result.err (str.const "no"))', t.result(undefined, t.string), { tag: 'err', val: 'no' }],
  ])('%s', (text, type, value) => {
    expect(equalValues(read(text, type), value)).toBe(true);
  });

  it.each<[string, WitType]>([
    ['(u8.const 1)', t.string],
    ['(tuple.const)', t.tuple(t.u8)],
    ['(record.const (field "y" (str.const "")))', point],
  ])('refuses %s where another type goes', (text, type) => {
    expect(() => read(text, type)).toThrow(/a script's/);
  });

  it('tells values apart', () => {
    expect(equalValues(0, -0)).toBe(false);
    expect(equalValues([1], Uint8Array.of(1))).toBe(true);
    expect(equalValues([1, 2], [1])).toBe(false);
    expect(equalValues({ tag: 'ok', val: undefined }, { tag: 'ok' })).toBe(true);
    expect(equalValues({ a: true, b: false }, { a: true, b: true })).toBe(false);
    expect(equalValues([], {})).toBe(false);
  });
});
