import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyTypeAndValue } from '../../../testing/any-value.js';
import { compileType } from './compile-type.js';
import type { StringEncoding } from './core-types.js';
import { maxFlatParams } from './layout.js';
import { handMadeGuest } from './testing/abi-harness.js';

const encodings: readonly StringEncoding[] = ['utf8', 'utf16', 'latin1+utf16'];

describe('any value of any type', () => {
  it.each(encodings)('comes back from memory as it went there, strings in %s', (encoding) => {
    fc.assert(
      fc.property(anyTypeAndValue, ([type, value]) => {
        const { cx, allocate } = handMadeGuest({ encoding });
        const codec = compileType(type);
        const address = allocate(codec.layout.align, codec.layout.size);
        codec.store(cx, address, value);
        expect(codec.load(cx, address)).toStrictEqual(value);
      }),
      { numRuns: 300 },
    );
  });

  it.each(encodings)('comes back from core values as it went there, strings in %s', (encoding) => {
    fc.assert(
      fc.property(anyTypeAndValue, ([type, value]) => {
        const { cx } = handMadeGuest({ encoding });
        const codec = compileType(type);
        fc.pre(codec.layout.flat.length <= maxFlatParams);
        codec.lower(cx, 0, value);
        for (const [i, core] of codec.layout.flat.entries()) cx.flat[i] = throughWasm(core, cx.flat[i]);
        expect(codec.lift(cx, 0)).toStrictEqual(value);
      }),
      { numRuns: 300 },
    );
  });

  it('never reads beyond the memory, whatever is in it', () => {
    fc.assert(
      fc.property(anyTypeAndValue, fc.infiniteStream(fc.nat(255)), ([type], bytes) => {
        const { cx } = handMadeGuest({ pages: 1 });
        const codec = compileType(type);
        const { size } = codec.layout;
        fc.pre(size < 4096);
        const end = cx.memory.bytes.length - Math.ceil(size / 8) * 8;
        for (let i = end; i < cx.memory.bytes.length; i++) cx.memory.bytes[i] = bytes.next().value;
        try {
          codec.load(cx, end);
        } catch (error) {
          expect(error).toMatchObject({
            name: 'AbiTrap',
            message: expect.stringMatching(/^test function: /),
          });
        }
      }),
      { numRuns: 2000 },
    );
  });
});

/** What is left of a number on its way into WebAssembly and out again. */
function throughWasm(core: string, value: number | bigint | undefined): number | bigint {
  switch (core) {
    case 'i32':
      expect(value).toBeTypeOf('number');
      return (value as number) | 0;
    case 'i64':
      expect(value).toBeTypeOf('bigint');
      return BigInt.asIntN(64, value as bigint);
    case 'f32':
      return Math.fround(value as number);
    default:
      expect(value).toBeTypeOf('number');
      return value as number;
  }
}
