import { camelCase, type WitType } from '@wasmlattice/rpc';
import type { Constant } from '../wast/constants.js';

/** A script gives or expects a value that the function's type does not have. */
export class ValueProblem extends Error {
  override readonly name = 'ValueProblem';
}

/**
 * The value in the form in which the engines take it: see `WitType`.
 *
 * @throws ValueProblem
 */
export function toValue(constant: Constant, type: WitType): unknown {
  switch (type.kind) {
    case 'u64':
    case 's64':
      return integerOf(constant, type);
    case 'u8':
    case 'u16':
    case 'u32':
    case 's8':
    case 's16':
    case 's32':
      return Number(integerOf(constant, type));
    case 'bool':
      if (constant.kind === 'bool') return constant.value;
      break;
    case 'f32':
      if (constant.kind === 'float') return Math.fround(constant.value);
      break;
    case 'f64':
      if (constant.kind === 'float') return constant.value;
      break;
    case 'char':
    case 'string':
      if (constant.kind === 'text') return constant.value;
      break;
    case 'list':
    case 'fixed-list':
      if (constant.kind === 'sequence') {
        const values = constant.items.map((item) => toValue(item, type.element));
        return type.element.kind === 'u8' ? Uint8Array.from(values as number[]) : values;
      }
      break;
    case 'tuple':
      if (constant.kind === 'sequence' && constant.items.length === type.items.length) {
        return constant.items.map((item, i) => toValue(item, type.items[i] ?? type));
      }
      break;
    case 'record':
      if (constant.kind === 'record') return recordOf(constant.fields, type);
      break;
    case 'enum':
      if (constant.kind === 'case') return constant.name;
      break;
    case 'flags':
      if (constant.kind === 'flags') {
        return Object.fromEntries(
          type.flags.map((flag) => [camelCase(flag), constant.names.includes(flag)] as const),
        );
      }
      break;
    case 'option':
      if (constant.kind === 'case') return optionOf(constant, type.some);
      break;
    case 'variant':
      if (constant.kind === 'case') {
        const payload = type.cases.find(({ name }) => name === constant.name)?.type;
        return caseOf(constant, payload);
      }
      break;
    case 'result':
      if (constant.kind === 'case') return caseOf(constant, constant.name === 'ok' ? type.ok : type.err);
      break;
    default:
      break;
  }
  throw new ValueProblem(`a script's ${constant.kind} is no ${type.kind}`);
}

/** Whether an engine returned what a script expects. Any NaN is as good as another, and zero has a sign. */
export function equalValues(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [listA, listB] = [asList(a), asList(b)];
  if (listA !== undefined || listB !== undefined) {
    return listA?.length === listB?.length && (listA ?? []).every((item, i) => equalValues(item, listB?.[i]));
  }
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) =>
    equalValues((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]),
  );
}

function asList(value: object): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  return ArrayBuffer.isView(value) ? [...(value as Uint8Array)] : undefined;
}

type OfKind<K extends WitType['kind']> = Extract<WitType, { readonly kind: K }>;

function integerOf(constant: Constant, type: WitType): bigint {
  if (constant.kind !== 'integer') throw new ValueProblem(`a script's ${constant.kind} is no ${type.kind}`);
  return type.kind.startsWith('s')
    ? BigInt.asIntN(Number(type.kind.slice(1)), constant.value)
    : constant.value;
}

function recordOf(
  fields: readonly (readonly [string, Constant])[],
  type: OfKind<'record'>,
): Record<string, unknown> {
  const given = new Map(fields);
  return Object.fromEntries(
    type.fields.map((field) => {
      const constant = given.get(field.name);
      if (constant === undefined) throw new ValueProblem(`a script's record has no field "${field.name}"`);
      return [camelCase(field.name), toValue(constant, field.type)] as const;
    }),
  );
}

function optionOf(constant: Extract<Constant, { kind: 'case' }>, some: WitType): unknown {
  const payload = constant.payload && toValue(constant.payload, some);
  if (!isBoxed(some)) return payload;
  return constant.name === 'none' ? { tag: 'none' } : { tag: 'some', val: payload };
}

/** Whether an option of it is `{ tag, val }`, since the value itself may be `undefined`. */
function isBoxed(some: WitType): boolean {
  return some.kind === 'option' && !isBoxed(some.some);
}

function caseOf(constant: Extract<Constant, { kind: 'case' }>, payload: WitType | undefined): unknown {
  if (payload === undefined || constant.payload === undefined) return { tag: constant.name };
  return { tag: constant.name, val: toValue(constant.payload, payload) };
}
