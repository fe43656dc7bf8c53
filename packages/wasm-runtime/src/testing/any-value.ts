import { camelCase, type PrimitiveKind, type WitType } from '@wasmlattice/rpc';
import fc from 'fast-check';

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,5}(-[a-z][a-z0-9]{0,3})?$/);

/** Names that stay distinct whatever the case they are written in. */
const names = (minLength: number, maxLength: number): fc.Arbitrary<string[]> =>
  fc.uniqueArray(name, { minLength, maxLength, selector: (one) => one.replace('-', '') });

const primitives: readonly PrimitiveKind[] = [
  'bool',
  'u8',
  's8',
  'u16',
  's16',
  'u32',
  's32',
  'u64',
  's64',
  'f32',
  'f64',
  'char',
  'string',
];

/** A few of those that may be keys of maps. */
const keys = ['bool', 'u8', 's64', 'char', 'string'] as const;

/** Any type without handles, up to a few levels deep. */
export const anyType: fc.Arbitrary<WitType> = fc.letrec<{ type: WitType; leaf: WitType }>((tie) => {
  const inner = tie('type');
  const maybe = fc.option(inner, { nil: undefined });
  return {
    leaf: fc.oneof(
      fc.constantFrom(...primitives).map((kind): WitType => ({ kind })),
      names(1, 300).map((cases): WitType => ({ kind: 'enum', cases })),
      names(1, 70).map((flags): WitType => ({ kind: 'flags', flags })),
    ),
    type: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'type' },
      tie('leaf'),
      inner.map((element): WitType => ({ kind: 'list', element })),
      fc
        .tuple(inner, fc.integer({ min: 1, max: 5 }))
        .map(([element, length]): WitType => ({ kind: 'fixed-list', element, length })),
      fc
        .tuple(fc.constantFrom(...keys), inner)
        .map(([kind, value]): WitType => ({ kind: 'map', key: { kind }, value })),
      inner.map((some): WitType => ({ kind: 'option', some })),
      fc
        .record({ ok: maybe, err: maybe })
        .map(({ ok, err }): WitType => ({ kind: 'result', ...(ok && { ok }), ...(err && { err }) })),
      fc.array(inner, { minLength: 1, maxLength: 4 }).map((items): WitType => ({ kind: 'tuple', items })),
      fc.tuple(names(4, 4), fc.array(inner, { minLength: 1, maxLength: 4 })).map(
        ([fields, types]): WitType => ({
          kind: 'record',
          fields: types.map((type, i) => ({ name: fields[i] ?? '', type })),
        }),
      ),
      fc.tuple(names(4, 4), fc.array(maybe, { minLength: 1, maxLength: 4 })).map(
        ([cases, types]): WitType => ({
          kind: 'variant',
          cases: types.map((type, i) => ({ name: cases[i] ?? '', ...(type && { type }) })),
        }),
      ),
    ),
  };
}).type;

const typedArrays = {
  u8: Uint8Array,
  s8: Int8Array,
  u16: Uint16Array,
  s16: Int16Array,
  u32: Uint32Array,
  s32: Int32Array,
  u64: BigUint64Array,
  s64: BigInt64Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;

/** A value of a type, in the form in which a guest's values reach the host. */
export function anyValue(type: WitType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'bool':
      return fc.boolean();
    case 'u8':
      return fc.nat({ max: 0xff });
    case 's8':
      return fc.integer({ min: -0x80, max: 0x7f });
    case 'u16':
      return fc.nat({ max: 0xffff });
    case 's16':
      return fc.integer({ min: -0x8000, max: 0x7fff });
    case 'u32':
      return fc.integer({ min: 0, max: 0xffff_ffff });
    case 's32':
      return fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
    case 'u64':
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    case 's64':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case 'f32':
      return fc.float();
    case 'f64':
      return fc.double();
    case 'char':
      return fc.string({ unit: 'binary', minLength: 1, maxLength: 1 });
    case 'string':
      return fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ maxLength: 60 }));
    case 'list':
      return anyList(type.element);
    case 'fixed-list':
      return anyList(type.element, type.length);
    case 'map':
      return fc
        .uniqueArray(fc.tuple(anyValue(type.key), anyValue(type.value)), {
          selector: ([key]) => key,
          maxLength: 4,
        })
        .map((entries) => new Map(entries));
    case 'option':
      return anyOption(type.some);
    case 'result':
      return fc.oneof(anyCase('ok', type.ok, true), anyCase('err', type.err, true));
    case 'variant':
      return fc.oneof(...type.cases.map((one) => anyCase(one.name, one.type, false)));
    case 'enum':
      return fc.constantFrom(...type.cases);
    case 'flags':
      return fc.record(Object.fromEntries(type.flags.map((flag) => [camelCase(flag), fc.boolean()])), {
        noNullPrototype: true,
      });
    case 'tuple':
      return fc.tuple(...type.items.map(anyValue));
    case 'record':
      return fc.record(
        Object.fromEntries(type.fields.map((field) => [camelCase(field.name), anyValue(field.type)])),
        { noNullPrototype: true },
      );
    default:
      throw new Error(`no values of ${type.kind}`);
  }
}

/** @param length how many elements there are, where that is not for the value to say */
function anyList(element: WitType, length?: number): fc.Arbitrary<unknown> {
  const items = fc.array(anyValue(element), { minLength: length ?? 0, maxLength: length ?? 5 });
  const TypedArray = typedArrays[element.kind as keyof typeof typedArrays] as
    | (new (
        values: unknown[],
      ) => object)
    | undefined;
  return TypedArray === undefined ? items : items.map((values) => new TypedArray(values));
}

/** Options within options alternate between a bare value and `{ tag, val }`. */
function anyOption(some: WitType): fc.Arbitrary<unknown> {
  if (!isNullable(some)) return fc.oneof(fc.constant(undefined), anyValue(some));
  return fc.oneof(
    fc.constant({ tag: 'none' }),
    anyValue(some).map((val) => ({ tag: 'some', val })),
  );
}

function isNullable(type: WitType): boolean {
  return type.kind === 'option' && !isNullable(type.some);
}

function anyCase(tag: string, type: WitType | undefined, isResult: boolean): fc.Arbitrary<unknown> {
  if (type === undefined) return fc.constant(isResult ? { tag, val: undefined } : { tag });
  return anyValue(type).map((val) => ({ tag, val }));
}

/** A type, and a value of it. */
export const anyTypeAndValue: fc.Arbitrary<[WitType, unknown]> = anyType.chain((type) =>
  anyValue(type).map((value): [WitType, unknown] => [type, value]),
);
