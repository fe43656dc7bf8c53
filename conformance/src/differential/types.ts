import type { PrimitiveKind, WitType } from '@wasmlattice/rpc';
import type { Random } from './random.js';

const primitives: readonly [PrimitiveKind, ...PrimitiveKind[]] = [
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
  'string',
  'string',
];

const keys: readonly [PrimitiveKind, ...PrimitiveKind[]] = [
  'bool',
  'u8',
  's16',
  'u32',
  's64',
  'char',
  'string',
  'string',
];

export interface TypeOptions {
  /** How deep at most. */
  readonly depth?: number;
  /** Whether it may have lists of a fixed length. */
  readonly hasFixedLists?: boolean;
}

/** Any type without handles. */
export function anyType(random: Random, { depth = 3, hasFixedLists = false }: TypeOptions = {}): WitType {
  if (depth === 0 || random.percent(30)) return leaf(random);
  const inner = (): WitType => anyType(random, { depth: depth - 1, hasFixedLists });
  if (hasFixedLists && random.percent(20)) {
    return { kind: 'fixed-list', element: inner(), length: random.percent(10) ? 17 : random.between(1, 4) };
  }
  const maybe = (): WitType | undefined => (random.percent(65) ? inner() : undefined);
  switch (random.below(7)) {
    case 0:
      return { kind: 'list', element: inner() };
    case 6:
      return { kind: 'map', key: { kind: random.pick(keys) }, value: inner() };
    case 1:
      return { kind: 'option', some: inner() };
    case 2: {
      const [ok, err] = [maybe(), maybe()];
      return { kind: 'result', ...(ok && { ok }), ...(err && { err }) };
    }
    case 3:
      return { kind: 'tuple', items: random.times(random.between(1, 4), inner) };
    case 4:
      return {
        kind: 'record',
        fields: random.times(random.between(1, 5), (i) => ({ name: `f${i}`, type: inner() })),
      };
    default:
      return {
        kind: 'variant',
        cases: random.times(random.between(1, 5), (i) => {
          const type = maybe();
          return { name: `c${i}`, ...(type && { type }) };
        }),
      };
  }
}

function leaf(random: Random): WitType {
  if (random.percent(85)) return { kind: random.pick(primitives) };
  if (random.percent(50)) {
    // Beyond 256 cases a discriminant has two bytes.
    const count = random.percent(10) ? random.between(250, 300) : random.between(1, 8);
    return { kind: 'enum', cases: random.times(count, (i) => `e${i}`) };
  }
  return { kind: 'flags', flags: random.times(random.between(1, 32), (i) => `b${i}`) };
}

/**
 * The same types with tuples instead of lists of a fixed length, which are no different in memory. What is one type stays one.
 */
export function withTuples(): (type: WitType) => WitType {
  const known = new Map<WitType, WitType>();
  const convert = (type: WitType): WitType => {
    const made = known.get(type) ?? convertParts(type, convert);
    known.set(type, made);
    return made;
  };
  return convert;
}

function convertParts(type: WitType, convert: (type: WitType) => WitType): WitType {
  switch (type.kind) {
    case 'fixed-list':
      return { kind: 'tuple', items: Array.from({ length: type.length }, () => convert(type.element)) };
    case 'list':
      return { ...type, element: convert(type.element) };
    case 'map':
      return { ...type, value: convert(type.value) };
    case 'option':
      return { ...type, some: convert(type.some) };
    case 'tuple':
      return { ...type, items: type.items.map(convert) };
    case 'result':
      return {
        ...type,
        ...(type.ok && { ok: convert(type.ok) }),
        ...(type.err && { err: convert(type.err) }),
      };
    case 'record':
      return { ...type, fields: type.fields.map((field) => ({ ...field, type: convert(field.type) })) };
    case 'variant':
      return {
        ...type,
        cases: type.cases.map((each) => (each.type ? { ...each, type: convert(each.type) } : each)),
      };
    default:
      return type;
  }
}
