import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyTypeAndValue } from '../../../../testing/any-value.js';
import { compileType } from '../compile-type.js';
import type { StringEncoding } from '../core-types.js';
import { maxFlatParams, type Pointer } from '../layout.js';
import { handMadeGuest } from '../testing/abi-harness.js';
import { compileCrossing } from './compile-crossing.js';

const pointers = fc.constantFrom<Pointer>('i32', 'i64');
const encodings = fc.constantFrom<StringEncoding>('utf8', 'utf16', 'latin1+utf16');
const side = fc.record({ pointer: pointers, encoding: encodings });

describe('any value of any type', () => {
  it('is the same in the memory of another part', () => {
    fc.assert(
      fc.property(anyTypeAndValue, side, side, ([type, value], one, other) => {
        const from = handMadeGuest(one);
        const to = handMadeGuest(other);
        const codecs = { from: compileType(type, one.pointer), to: compileType(type, other.pointer) };
        const source = from.allocate(8, codecs.from.layout.size);
        const target = to.allocate(8, codecs.to.layout.size);
        codecs.from.store(from.cx, source, value);
        const crossing = compileCrossing({ from: type, to: type }, { from: one.pointer, to: other.pointer });
        crossing.copy(from.cx, source, to.cx, target);
        expect(codecs.to.load(to.cx, target)).toEqual(codecs.from.load(from.cx, source));
      }),
    );
  });

  it('is the same as core values of another part', () => {
    fc.assert(
      fc.property(anyTypeAndValue, side, side, ([type, value], one, other) => {
        const codecs = { from: compileType(type, one.pointer), to: compileType(type, other.pointer) };
        fc.pre(codecs.from.layout.flat.length <= maxFlatParams);
        const from = handMadeGuest(one);
        const to = handMadeGuest(other);
        codecs.from.lower(from.cx, 0, value);
        const crossing = compileCrossing({ from: type, to: type }, { from: one.pointer, to: other.pointer });
        crossing.pass(from.cx, 0, to.cx, 0);
        const flat = to.cx.flat.slice(0, codecs.to.layout.flat.length);
        for (const [i, coreType] of codecs.to.layout.flat.entries()) {
          expect(typeof flat[i]).toBe(coreType === 'i64' ? 'bigint' : 'number');
        }
        codecs.from.lower(from.cx, 0, value);
        expect(codecs.to.lift(to.cx, 0)).toEqual(codecs.from.lift(from.cx, 0));
      }),
    );
  });
});
