import { camelCase, type WitType } from '@wasmlattice/rpc';
import { caseNamesOf, casesOf } from './layout.js';
import type { Random } from './random.js';

/**
 * A value as data that every program can read and compare: numbers are texts, floats the bits of the number or `nan`, records and flags have
 * the names of WIT.
 */
export type Plain =
  | boolean
  | string
  | readonly Plain[]
  /** A case of a variant, enum, option or result. */
  | { readonly c: string; readonly v?: Plain }
  /** A map: its pairs, sorted by what the key looks like as JSON, without those that a later one of the same key has replaced. */
  | { readonly m: readonly (readonly [key: Plain, value: Plain])[] }
  /** A record. */
  | { readonly r: readonly (readonly [name: string, value: Plain])[] }
  /** The flags that are set, sorted. */
  | { readonly f: readonly string[] };

export function anyPlain(random: Random, type: WitType): Plain {
  switch (type.kind) {
    case 'bool':
      return random.percent(50);
    case 'u8':
    case 'u16':
    case 'u32':
    case 'u64':
      return anyInteger(random, Number(type.kind.slice(1)), false);
    case 's8':
    case 's16':
    case 's32':
    case 's64':
      return anyInteger(random, Number(type.kind.slice(1)), true);
    case 'f32':
    case 'f64':
      return anyFloat(random, type.kind);
    case 'char':
      return anyChar(random);
    case 'string':
      return anyText(random);
    case 'list':
      return random.times(anyLength(random), () => anyPlain(random, type.element));
    case 'fixed-list':
      return random.times(type.length, () => anyPlain(random, type.element));
    case 'map':
      return toMap(
        random.times(anyLength(random), () => [anyPlain(random, type.key), anyPlain(random, type.value)]),
      );
    case 'tuple':
      return type.items.map((item) => anyPlain(random, item));
    case 'record':
      return { r: type.fields.map((field) => [field.name, anyPlain(random, field.type)] as const) };
    case 'flags':
      return { f: type.flags.filter(() => random.percent(40)).sort() };
    default: {
      const cases = casesOf(type) ?? [];
      const index = random.below(cases.length);
      const payload = cases[index];
      const c = caseNamesOf(type)[index] ?? '';
      return payload === undefined ? { c } : { c, v: anyPlain(random, payload) };
    }
  }
}

/** What the engines take for it: see `WitType`. */
export function fromPlain(plain: Plain, type: WitType): unknown {
  switch (type.kind) {
    case 'u64':
    case 's64':
      return BigInt(plain as string);
    case 'u8':
    case 'u16':
    case 'u32':
    case 's8':
    case 's16':
    case 's32':
      return Number(plain);
    case 'f32':
    case 'f64':
      return floatOf(plain as string, type.kind);
    case 'list':
    case 'fixed-list':
      return (plain as readonly Plain[]).map((item) => fromPlain(item, type.element));
    case 'map': {
      const { m } = plain as { readonly m: readonly (readonly [Plain, Plain])[] };
      return new Map(m.map(([key, value]) => [fromPlain(key, type.key), fromPlain(value, type.value)]));
    }
    case 'tuple':
      return type.items.map((item, i) => fromPlain((plain as readonly Plain[])[i] ?? '', item));
    case 'record': {
      const { r } = plain as { readonly r: readonly (readonly [string, Plain])[] };
      return Object.fromEntries(
        type.fields.map(
          (field, i) => [camelCase(field.name), fromPlain(r[i]?.[1] ?? '', field.type)] as const,
        ),
      );
    }
    case 'flags': {
      const { f } = plain as { readonly f: readonly string[] };
      return Object.fromEntries(type.flags.map((flag) => [camelCase(flag), f.includes(flag)] as const));
    }
    case 'enum':
      return (plain as { readonly c: string }).c;
    case 'option': {
      const { c, v } = plain as { readonly c: string; readonly v?: Plain };
      const payload = v === undefined ? undefined : fromPlain(v, type.some);
      if (!isNullable(type.some)) return payload;
      return c === 'none' ? { tag: c } : { tag: c, val: payload };
    }
    case 'result':
    case 'variant': {
      const { c, v } = plain as { readonly c: string; readonly v?: Plain };
      const payload = casesOf(type)?.[caseNamesOf(type).indexOf(c)];
      return v === undefined || payload === undefined ? { tag: c } : { tag: c, val: fromPlain(v, payload) };
    }
    default:
      return plain;
  }
}

/** The inverse of {@link fromPlain}. */
export function toPlain(value: unknown, type: WitType): Plain {
  switch (type.kind) {
    case 'bool':
      return value as boolean;
    case 'f32':
    case 'f64':
      return floatToPlain(value as number, type.kind);
    case 'char':
    case 'string':
      return value as string;
    case 'list':
    case 'fixed-list':
      return Array.from(value as ArrayLike<unknown>, (item) => toPlain(item, type.element));
    case 'map': {
      const pairs = Array.from(value as Iterable<readonly [unknown, unknown]>);
      return toMap(pairs.map(([key, item]) => [toPlain(key, type.key), toPlain(item, type.value)]));
    }
    case 'tuple':
      return type.items.map((item, i) => toPlain((value as readonly unknown[])[i], item));
    case 'record': {
      const fields = value as Readonly<Record<string, unknown>>;
      return {
        r: type.fields.map(
          (field) => [field.name, toPlain(fields[camelCase(field.name)], field.type)] as const,
        ),
      };
    }
    case 'flags': {
      const flags = value as Readonly<Record<string, boolean>>;
      return { f: type.flags.filter((flag) => flags[camelCase(flag)]).sort() };
    }
    case 'enum':
      return { c: value as string };
    case 'option': {
      const isBoxed = isNullable(type.some);
      const isSome = isBoxed ? (value as { readonly tag: string }).tag === 'some' : value !== undefined;
      if (!isSome) return { c: 'none' };
      return { c: 'some', v: toPlain(isBoxed ? (value as { readonly val: unknown }).val : value, type.some) };
    }
    case 'result':
    case 'variant': {
      const { tag, val } = value as { readonly tag: string; readonly val?: unknown };
      const payload = casesOf(type)?.[caseNamesOf(type).indexOf(tag)];
      return payload === undefined ? { c: tag } : { c: tag, v: toPlain(val, payload) };
    }
    default:
      return String(value);
  }
}

function toMap(pairs: readonly (readonly [Plain, Plain])[]): Plain {
  const byKey = new Map(pairs.map((pair) => [JSON.stringify(pair[0]), pair]));
  return { m: [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pair]) => pair) };
}

/** Whether `undefined` is a value of the type. */
function isNullable(type: WitType): boolean {
  return type.kind === 'option' && !isNullable(type.some);
}

function anyLength(random: Random): number {
  return random.percent(10) ? random.between(6, 40) : random.below(5);
}

function anyInteger(random: Random, bits: number, isSigned: boolean): string {
  const value = random.percent(40)
    ? random.pick([0n, 1n, -1n, 2n ** BigInt(bits - 1), 2n ** BigInt(bits - 1) - 1n])
    : random.u64();
  return String(isSigned ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value));
}

function anyFloat(random: Random, kind: 'f32' | 'f64'): string {
  const special = [0, -0, 1, -1.5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN] as const;
  if (random.percent(40)) return floatToPlain(random.pick(special), kind);
  const bits = new DataView(new ArrayBuffer(8));
  if (kind === 'f32') {
    bits.setUint32(0, random.u32());
    return floatToPlain(bits.getFloat32(0), kind);
  }
  bits.setBigUint64(0, random.u64());
  return floatToPlain(bits.getFloat64(0), kind);
}

function floatToPlain(value: number, kind: 'f32' | 'f64'): string {
  if (Number.isNaN(value)) return 'nan';
  const bits = new DataView(new ArrayBuffer(8));
  if (kind === 'f32') {
    bits.setFloat32(0, value);
    return bits.getUint32(0).toString(16);
  }
  bits.setFloat64(0, value);
  return bits.getBigUint64(0).toString(16);
}

export function floatOf(plain: string, kind: 'f32' | 'f64'): number {
  if (plain === 'nan') return Number.NaN;
  const bits = new DataView(new ArrayBuffer(8));
  if (kind === 'f32') {
    bits.setUint32(0, Number.parseInt(plain, 16));
    return bits.getFloat32(0);
  }
  bits.setBigUint64(0, BigInt(`0x${plain}`));
  return bits.getFloat64(0);
}

const alphabets: readonly [Alphabet, ...Alphabet[]] = [
  [0x20, 0x7e],
  [0x00, 0xff],
  [0x100, 0xd7ff],
  [0xe000, 0xffff],
  [0x1_0000, 0x10_ffff],
];

/** First and last of its characters. */
type Alphabet = readonly [number, number];

function anyChar(random: Random): string {
  const [first, last] = random.pick(alphabets);
  return String.fromCodePoint(random.between(first, last));
}

/** Most texts keep to one alphabet, so that strings switch encodings at any place. */
function anyText(random: Random): string {
  const length = random.percent(10) ? random.between(20, 200) : random.below(8);
  const most = random.below(alphabets.length);
  return random
    .times(length, () => {
      const [first, last] = random.percent(90) ? (alphabets[most] ?? alphabets[0]) : random.pick(alphabets);
      return String.fromCodePoint(random.between(first, last));
    })
    .join('');
}
