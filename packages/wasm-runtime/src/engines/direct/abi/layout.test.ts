import { t, type WitType } from '@wasmlattice/rpc';
import { describe, expect, it } from 'vitest';
import { compileType } from './compile-type.js';
import { compileSignature } from './signature.js';
import { handMadeGuest } from './testing/abi-harness.js';

const cases = (count: number): Record<string, undefined> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`c${i}`, undefined]));

describe('the layout', () => {
  it.each<[string, WitType, number, number, string]>([
    ['a record with padding', t.record({ a: t.u8, b: t.u64, c: t.u16 }), 24, 8, 'i32 i64 i32'],
    ['a tuple', t.tuple(t.bool, t.string), 12, 4, 'i32 i32 i32'],
    ['an option', t.option(t.u64), 16, 8, 'i32 i64'],
    ['a result without payload', t.result(), 1, 1, 'i32'],
    ['a result of clashing payloads', t.result(t.f64, t.string), 16, 8, 'i32 i64 i32'],
    ['a variant that keeps f32', t.variant({ a: t.f32, b: t.f32 }), 8, 4, 'i32 f32'],
    ['a variant of i32 and f32', t.variant({ a: t.f32, b: t.s32 }), 8, 4, 'i32 i32'],
    ['a variant of f32 and f64', t.variant({ a: t.f32, b: t.f64 }), 16, 8, 'i32 i64'],
    ['256 cases', t.variant({ ...cases(255), last: t.u8 }), 2, 1, 'i32 i32'],
    ['257 cases', t.variant({ ...cases(256), last: t.u8 }), 4, 2, 'i32 i32'],
    ['65537 cases', t.enum(...Object.keys(cases(65537))), 4, 4, 'i32'],
    ['8 flags', t.flags(...Object.keys(cases(8))), 1, 1, 'i32'],
    ['9 flags', t.flags(...Object.keys(cases(9))), 2, 2, 'i32'],
    ['17 flags', t.flags(...Object.keys(cases(17))), 4, 4, 'i32'],
    ['33 flags', t.flags(...Object.keys(cases(33))), 8, 4, 'i32 i32'],
  ])('of %s is the one of the specification', (_what, type, size, align, flat) => {
    const { layout } = compileType(type);
    expect([layout.size, layout.align, layout.flat.join(' ')]).toEqual([size, align, flat]);
  });

  it('has parameters in memory beyond 16 core values, and results beyond one', () => {
    const params = (count: number): ReturnType<typeof compileSignature> =>
      compileSignature({
        params: Array.from({ length: count }, (_, i) => ({ name: `p${i}`, type: t.u8 })),
        result: t.string,
      });
    expect(params(16)).toMatchObject({ flatParams: 16, spilled: undefined, resultInMemory: true });
    expect(params(17)).toMatchObject({ flatParams: 1, spilled: { size: 17, align: 1 } });
  });

  it.each([3, 100, 101])('of a record of %i fields serves to write and to read it', (count) => {
    const { cx } = handMadeGuest();
    const names = Object.keys(cases(count));
    const codec = compileType(t.record(Object.fromEntries(names.map((name) => [name, t.u16]))));
    const record = Object.fromEntries(names.map((name, i) => [name, i]));
    codec.store(cx, 0, record);
    expect(codec.load(cx, 0)).toEqual(record);
  });

  it('is that of a handle for what crosses the border asynchronously', () => {
    const { layout } = compileType({ kind: 'list', element: { kind: 'stream' } });
    expect(layout).toMatchObject({ size: 8, align: 4 });
    expect(compileType({ kind: 'future', value: t.string }).layout).toEqual(compileType(t.u32).layout);
  });
});
