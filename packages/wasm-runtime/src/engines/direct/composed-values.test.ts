import { describe, expect, it } from 'vitest';
import type { ComponentInstance } from '../engine.js';
import { passingOn, startText } from './testing/composed-guest.js';

const encodings = ['utf8', 'utf16', 'latin1+utf16'] as const;
const pairs = encodings.flatMap((outer) => encodings.map((inner) => [outer, inner] as const));
const i32 = 'i32';

async function pass(text: string, value: unknown): Promise<unknown> {
  return await (await startText(text)).call('', 'f', [value]);
}

describe('a value that goes through two parts and back', () => {
  it.each(pairs)('is the same text between %s and %s', async (outer, inner) => {
    const text = passingOn('string', [i32, i32], {
      outer: `string-encoding=${outer}`,
      inner: `string-encoding=${inner}`,
    });
    const texts = ['', 'plain', 'Grüße', '日本語', '😀 and text', 'ÿ', 'x'.repeat(300), 'é'.repeat(70_000)];
    for (const each of texts) expect(await pass(text, each)).toBe(each);
  });

  it.each([
    ['u8', [i32], 200],
    ['s8', [i32], -56],
    ['s16', [i32], -32_768],
    ['u32', [i32], 4_000_000_000],
    ['s64', ['i64'], -(2n ** 63n)],
    ['u64', ['i64'], 2n ** 64n - 1n],
    ['f32', ['f32'], 1.5],
    ['f64', ['f64'], -0.1],
    ['bool', [i32], true],
    ['char', [i32], '😀'],
    ['(list u8)', [i32, i32], Uint8Array.of(1, 2, 255)],
    ['(list s64)', [i32, i32], BigInt64Array.of(-1n, 2n)],
    ['(list f64)', [i32, i32], Float64Array.of(0.5, -1)],
    ['(list bool)', [i32, i32], [true, false, true]],
    ['(list string)', [i32, i32], ['one', '', 'drei']],
    ['(list (list (option string)))', [i32, i32], [[undefined, 'x'], []]],
    ['(list (tuple u8 string u64))', [i32, i32], [[1, 'a', 2n]]],
    [
      '(list (result string (error u8)))',
      [i32, i32],
      [
        { tag: 'ok', val: 'fine' },
        { tag: 'err', val: 7 },
      ],
    ],
    ['(option u32)', [i32, i32], 7],
    ['(option u32)', [i32, i32], undefined],
    ['(tuple u8 f32)', [i32, 'f32'], [9, 0.25]],
  ])('is the same %s', async (type, core, value) => {
    expect(await pass(passingOn(type, core), value)).toEqual(value);
  });
});

const call = (instance: ComponentInstance, ...params: readonly unknown[]): Promise<unknown> =>
  instance.call('', 'f', params);

describe('a core value that no compiler would make', () => {
  /** `$B` returns the core value that it gets for what `$A` returned. */
  const received = (type: string, returned: string): string => `
    (component $A
      (core module $M (func (export "f") (result i32) (i32.const ${returned})))
      (core instance $i (instantiate $M))
      (func (export "f") (result ${type}) (canon lift (core func $i "f"))))
    (component $B
      (import "g" (func $g (result ${type})))
      (core func $g' (canon lower (func $g)))
      (core module $M (import "" "g" (func $g (result i32))) (func (export "f") (result i32) (call $g)))
      (core instance $i (instantiate $M (with "" (instance (export "g" (func $g'))))))
      (func (export "f") (result u32) (canon lift (core func $i "f"))))
    (instance $a (instantiate $A))
    (instance $b (instantiate $B (with "g" (func $a "f"))))
    (export "f" (func $b "f"))`;

  it.each([
    ['bool', '2', 1],
    ['s8', '200', -56],
    ['u8', '511', 255],
    ['s16', '0x18000', -32_768],
    ['u16', '0x18000', 0x8000],
  ])('is wrapped on its way to another part: a %s of %s', async (type, returned, expected) => {
    const instance = await startText(received(type, returned));
    expect(await instance.call('', 'f', [])).toBe(expected >>> 0);
  });

  it.each([
    ['char', '0xd800'],
    ['char', '0x110000'],
    ['(enum "a" "b")', '2'],
  ])('ends the guest where there is no such value: a %s of %s', async (type, returned) => {
    const exported = type === 'char' ? type : '$e';
    const text = received(exported, returned)
      .replace(
        '(component $A',
        `(type $e ${type}) (component $A (alias outer 1 $e (type $e'')) (export $e "e" (type $e''))`,
      )
      .replace(
        '(component $B',
        `(component $B (alias outer 1 $e (type $e'')) (import "e" (type $e (eq $e'')))`,
      )
      .replace('(instantiate $B ', '(instantiate $B (with "e" (type $e)) ');
    await expect(call(await startText(text))).rejects.toThrow(/the guest trapped/);
  });

  it('ends the guest where it is the address of an empty list beyond the memory', async () => {
    const text = passingOn('(list u8)', ['i32', 'i32']).replace(
      '(local $at i32) (local.set $at (i32.const 16))',
      '(local $at i32) (local.set 0 (i32.const 0xfffffff0)) (local.set $at (i32.const 16))',
    );
    await expect(call(await startText(text), Uint8Array.of())).rejects.toThrow(
      'beyond the end of the memory',
    );
  });
});
