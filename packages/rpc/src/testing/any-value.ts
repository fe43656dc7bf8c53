import fc from 'fast-check';
import { camelCase } from '../names.js';
import type { WitType } from '../types.js';

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,5}(-[a-z][a-z0-9]{0,3})?$/);

/** Names that stay distinct in camel case. */
const names = (minLength: number, maxLength: number): fc.Arbitrary<string[]> =>
  fc.uniqueArray(name, { minLength, maxLength, selector: (one) => camelCase(one) as string });

const primitives = [
  'bool',
  'u8',
  'u16',
  'u32',
  'u64',
  's8',
  's16',
  's32',
  's64',
  'f32',
  'f64',
  'char',
  'string',
] as const;

/** Any synchronous type, up to a few levels deep. */
export const anyType: fc.Arbitrary<WitType> = fc.letrec<{ type: WitType; leaf: WitType }>((tie) => {
  const inner = tie('type');
  return {
    leaf: fc.oneof(
      fc.constantFrom(...primitives).map((kind): WitType => ({ kind })),
      names(1, 300).map((cases): WitType => ({ kind: 'enum', cases })),
      names(0, 40).map((flags): WitType => ({ kind: 'flags', flags })),
      fc.constant<WitType>({ kind: 'own', resource: { instance: 'acme:x/y', name: 'z' } }),
    ),
    type: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'type' },
      tie('leaf'),
      inner.map((element): WitType => ({ kind: 'list', element })),
      inner.map((some): WitType => ({ kind: 'option', some })),
      fc
        .record({ ok: fc.option(inner, { nil: undefined }), err: fc.option(inner, { nil: undefined }) })
        .map(({ ok, err }): WitType => ({ kind: 'result', ...(ok && { ok }), ...(err && { err }) })),
      fc.array(inner, { maxLength: 4 }).map((items): WitType => ({ kind: 'tuple', items })),
      names(0, 4).chain((fields) =>
        fc.array(inner, { minLength: fields.length, maxLength: fields.length }).map(
          (types): WitType => ({
            kind: 'record',
            fields: fields.map((field, i) => ({ name: field, type: types[i] ?? { kind: 'u8' } })),
          }),
        ),
      ),
      names(1, 4).chain((cases) =>
        fc
          .array(fc.option(inner, { nil: undefined }), { minLength: cases.length, maxLength: cases.length })
          .map(
            (types): WitType => ({
              kind: 'variant',
              cases: cases.map((one, i) => ({ name: one, ...(types[i] && { type: types[i] }) })),
            }),
          ),
      ),
    ),
  };
}).type;

const notThere = Symbol('none');

/** A value of a type, in the form a decoder gives it. */
export function anyValue(type: WitType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'bool':
      return fc.boolean();
    case 'u8':
      return fc.nat({ max: 0xff });
    case 'u16':
      return fc.nat({ max: 0xffff });
    case 'u32':
      return fc.integer({ min: 0, max: 0xffff_ffff });
    case 's8':
      return fc.integer({ min: -0x80, max: 0x7f });
    case 's16':
      return fc.integer({ min: -0x8000, max: 0x7fff });
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
      return fc.string({ unit: 'binary', maxLength: 60 });
    case 'own':
    case 'borrow':
      return fc.uint8Array({ maxLength: 20 }).map((bytes) => new Uint8Array(bytes));
    case 'list':
      return type.element.kind === 'u8'
        ? fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array(bytes))
        : fc.array(anyValue(type.element), { maxLength: 5 });
    case 'option': {
      const { some } = type;
      if (some.kind !== 'option') return fc.option(anyValue(some), { nil: undefined });
      return fc
        .option(anyValue(some), { nil: notThere })
        .map((val) => (val === notThere ? { tag: 'none' } : { tag: 'some', val }));
    }
    case 'result':
      return fc.constantFrom('ok' as const, 'err' as const).chain((tag) => {
        const payload = type[tag];
        return (payload ? anyValue(payload) : fc.constant(undefined)).map((val) => ({ tag, val }));
      });
    case 'tuple':
      return fc.tuple(...type.items.map(anyValue));
    case 'record':
      return fc.record(
        Object.fromEntries(type.fields.map((field) => [camelCase(field.name), anyValue(field.type)])),
        { noNullPrototype: true },
      );
    case 'variant':
      return fc
        .constantFrom(...type.cases)
        .chain(
          (one): fc.Arbitrary<unknown> =>
            one.type
              ? anyValue(one.type).map((val) => ({ tag: one.name, val }))
              : fc.constant({ tag: one.name }),
        );
    case 'enum':
      return fc.constantFrom(...type.cases);
    case 'flags':
      return fc.record(Object.fromEntries(type.flags.map((flag) => [camelCase(flag), fc.boolean()])), {
        noNullPrototype: true,
      });
    default:
      throw new Error(`no values of ${type.kind} here`);
  }
}
