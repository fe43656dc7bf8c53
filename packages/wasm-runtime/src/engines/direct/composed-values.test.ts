import { describe, expect, it } from 'vitest';
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
