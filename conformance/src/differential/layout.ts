import type { WitType } from '@wasmlattice/rpc';

/**
 * Sizes, alignments and core types of values, from the canonical ABI's text (`alignment`, `elem_size`, `flatten_type`). It is written
 * apart from the engine's own, so that one checks the other.
 */
export type CoreType = 'i32' | 'i64' | 'f32' | 'f64';

/** Most core values that parameters take before they go through memory, and results. */
export const maxFlatParams = 16;
export const maxFlatResults = 1;

export interface Layout {
  readonly size: number;
  readonly align: number;
}

const scalars: Readonly<Partial<Record<WitType['kind'], readonly [size: number, core: CoreType]>>> = {
  bool: [1, 'i32'],
  u8: [1, 'i32'],
  s8: [1, 'i32'],
  u16: [2, 'i32'],
  s16: [2, 'i32'],
  u32: [4, 'i32'],
  s32: [4, 'i32'],
  u64: [8, 'i64'],
  s64: [8, 'i64'],
  f32: [4, 'f32'],
  f64: [8, 'f64'],
  char: [4, 'i32'],
  own: [4, 'i32'],
  borrow: [4, 'i32'],
};

/** What addresses and lengths are in a memory. */
export type Pointer = 'i32' | 'i64';

export function layoutOf(type: WitType, pointer: Pointer = 'i32'): Layout {
  const scalar = scalars[type.kind];
  if (scalar !== undefined) return { size: scalar[0], align: scalar[0] };
  if (isSequence(type)) return pointer === 'i64' ? { size: 16, align: 8 } : { size: 8, align: 4 };
  if (type.kind === 'flags') {
    const size = type.flags.length <= 8 ? 1 : type.flags.length <= 16 ? 2 : 4;
    return { size, align: size };
  }
  const cases = casesOf(type);
  if (cases !== undefined) {
    const { payloadOffset, payload, align } = variantLayout(cases, pointer);
    return { size: alignUp(payloadOffset + payload.size, align), align };
  }
  const fields = fieldsOf(type).map((field) => layoutOf(field, pointer));
  const align = Math.max(1, ...fields.map((field) => field.align));
  const end = fields.reduce((at, field) => alignUp(at, field.align) + field.size, 0);
  return { size: alignUp(end, align), align };
}

export function variantLayout(
  cases: readonly (WitType | undefined)[],
  pointer: Pointer = 'i32',
): {
  readonly discriminantSize: 1 | 2 | 4;
  readonly payloadOffset: number;
  readonly payload: Layout;
  readonly align: number;
} {
  const discriminantSize = cases.length <= 0x100 ? 1 : cases.length <= 0x1_0000 ? 2 : 4;
  const payloads = cases.flatMap((type) => (type === undefined ? [] : [layoutOf(type, pointer)]));
  const payload = {
    size: Math.max(0, ...payloads.map(({ size }) => size)),
    align: Math.max(1, ...payloads.map(({ align }) => align)),
  };
  return {
    discriminantSize,
    payloadOffset: alignUp(discriminantSize, payload.align),
    payload,
    align: Math.max(discriminantSize, payload.align),
  };
}

function isSequence({ kind }: WitType): boolean {
  return kind === 'string' || kind === 'list' || kind === 'map';
}

/** The elements of a list; a map is one of pairs. */
export function elementOf(type: WitType): WitType {
  if (type.kind === 'list') return type.element;
  if (type.kind === 'map') return { kind: 'tuple', items: [type.key, type.value] };
  throw new Error(`a ${type.kind} has no elements`);
}

/** The payloads of all that is a variant in the ABI; `undefined` for other types. */
export function casesOf(type: WitType): readonly (WitType | undefined)[] | undefined {
  switch (type.kind) {
    case 'option':
      return [undefined, type.some];
    case 'result':
      return [type.ok, type.err];
    case 'variant':
      return type.cases.map((each) => each.type);
    case 'enum':
      return type.cases.map(() => undefined);
    default:
      return undefined;
  }
}

/** The names of the cases, in the order of {@link casesOf}. */
export function caseNamesOf(type: WitType): readonly string[] {
  switch (type.kind) {
    case 'option':
      return ['none', 'some'];
    case 'result':
      return ['ok', 'err'];
    case 'variant':
      return type.cases.map(({ name }) => name);
    case 'enum':
      return type.cases;
    default:
      return [];
  }
}

/** The parts of a record, a tuple or a list of fixed length. */
export function fieldsOf(type: WitType): readonly WitType[] {
  if (type.kind === 'tuple') return type.items;
  if (type.kind === 'record') return type.fields.map((field) => field.type);
  if (type.kind === 'fixed-list') return Array.from({ length: type.length }, () => type.element);
  throw new Error(`a ${type.kind} has no fields`);
}

export function flatten(type: WitType, pointer: Pointer = 'i32'): readonly CoreType[] {
  const scalar = scalars[type.kind];
  if (scalar !== undefined) return [scalar[1]];
  if (isSequence(type)) return [pointer, pointer];
  if (type.kind === 'flags') return ['i32'];
  const cases = casesOf(type);
  if (cases !== undefined) return ['i32', ...joinPayloads(cases, pointer)];
  return fieldsOf(type).flatMap((field) => flatten(field, pointer));
}

/** The core types that all payloads of a variant share. */
export function joinPayloads(
  cases: readonly (WitType | undefined)[],
  pointer: Pointer = 'i32',
): readonly CoreType[] {
  const joined: CoreType[] = [];
  for (const type of cases) {
    for (const [i, core] of (type === undefined ? [] : flatten(type, pointer)).entries()) {
      joined[i] = join(joined[i] ?? core, core);
    }
  }
  return joined;
}

export function alignUp(offset: number, align: number): number {
  return Math.ceil(offset / align) * align;
}

function join(a: CoreType, b: CoreType): CoreType {
  if (a === b) return a;
  return (a === 'i32' && b === 'f32') || (a === 'f32' && b === 'i32') ? 'i32' : 'i64';
}

/** The core function that a function of these types is lifted from, or lowered to. */
export interface CoreSignature {
  readonly params: readonly CoreType[];
  readonly results: readonly CoreType[];
  /** Whether parameters go through memory. */
  readonly spillsParams: boolean;
  /** Whether the result does: a lifted function returns its address, a lowered one takes it last. */
  readonly spillsResult: boolean;
}

export function signatureOf(
  params: readonly WitType[],
  result: WitType | undefined,
  direction: 'lift' | 'lower',
  pointer: Pointer = 'i32',
): CoreSignature {
  const flat = params.flatMap((type) => flatten(type, pointer));
  const spillsParams = flat.length > maxFlatParams;
  const flatResult = result === undefined ? [] : flatten(result, pointer);
  const spillsResult = flatResult.length > maxFlatResults;
  const passed = spillsParams ? [pointer] : flat;
  return {
    params: spillsResult && direction === 'lower' ? [...passed, pointer] : passed,
    results: spillsResult ? (direction === 'lift' ? [pointer] : []) : flatResult,
    spillsParams,
    spillsResult,
  };
}
