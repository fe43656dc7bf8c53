import type { CamelCase, MethodName } from './names.js';
import type { PrimitiveKind, WitField, WitFunction, WitInterface, WitResource, WitType } from './types.js';

/** Carries the TypeScript type of the values of a WIT type; exists at compile time only. */
declare const witValue: unique symbol;
/** Carries the TypeScript signature of a WIT function; exists at compile time only. */
declare const signatureOf: unique symbol;
/** Carries the TypeScript methods of a WIT interface; exists at compile time only. */
declare const methodsOf: unique symbol;

/** A {@link WitType} whose values have the TypeScript type `V`. */
export type TypedWit<V> = WitType & { readonly [witValue]?: V };

/** The TypeScript type of the values of a WIT type: `unknown` for one that was decoded from a component. */
export type ValueOf<T> = [T] extends [{ readonly [witValue]?: infer V }] ? V : unknown;

/** A {@link WitFunction} with parameters `P` (a tuple) and result `R`. */
export type TypedFunction<P extends readonly unknown[], R, Name extends string = string> = WitFunction & {
  readonly name: Name;
  readonly [signatureOf]?: { readonly params: P; readonly result: R };
};

/** Parameters of a {@link TypedFunction}, a tuple. */
export type ParamsOf<F> = F extends { readonly [signatureOf]?: { readonly params: infer P } }
  ? P extends readonly unknown[]
    ? P
    : readonly unknown[]
  : readonly unknown[];

/** Result of a {@link TypedFunction}. */
export type ResultOf<F> = F extends { readonly [signatureOf]?: { readonly result: infer R } } ? R : unknown;

/** A WIT `result` as data. Build one with {@link ok} and {@link err}. */
export type Result<T, E> = Ok<T> | Err<E>;
export type Ok<T> = [T] extends [undefined]
  ? { readonly tag: 'ok'; readonly val?: undefined }
  : { readonly tag: 'ok'; readonly val: T };
export type Err<E> = [E] extends [undefined]
  ? { readonly tag: 'err'; readonly val?: undefined }
  : { readonly tag: 'err'; readonly val: E };

/** A literal as its own type, without the `readonly` that a const type parameter adds. */
type Literal<T> = T extends readonly unknown[] | Readonly<Record<string, unknown>>
  ? { -readonly [K in keyof T]: Literal<T[K]> }
  : T;

export function ok(): { readonly tag: 'ok'; readonly val: undefined };
export function ok<const T>(val: T): { readonly tag: 'ok'; readonly val: Literal<T> };
export function ok(val?: unknown): { readonly tag: 'ok'; readonly val: unknown } {
  return { tag: 'ok', val };
}

export function err(): { readonly tag: 'err'; readonly val: undefined };
export function err<const E>(val: E): { readonly tag: 'err'; readonly val: Literal<E> };
export function err(val?: unknown): { readonly tag: 'err'; readonly val: unknown } {
  return { tag: 'err', val };
}

type Primitive<V> = TypedWit<V>;

type ListValue<T extends WitType> = [T] extends [{ readonly kind: 'u8' }] ? Uint8Array : ValueOf<T>[];

type OptionValue<T extends WitType> = [T] extends [{ readonly kind: 'option' }]
  ? { readonly tag: 'none' } | { readonly tag: 'some'; readonly val: ValueOf<T> }
  : ValueOf<T> | undefined;

type StreamChunk<T> = [T] extends [{ readonly kind: 'u8' }] ? Uint8Array : ValueOf<T>[];

type TupleValue<T extends readonly WitType[]> = { -readonly [I in keyof T]: ValueOf<T[I]> };

type RecordValue<F extends Readonly<Record<string, WitType>>> = {
  [K in keyof F & string as CamelCase<K>]: ValueOf<F[K]>;
};

type VariantValue<C extends Readonly<Record<string, WitType | undefined>>> = {
  [K in keyof C & string]: C[K] extends WitType
    ? { readonly tag: K; readonly val: ValueOf<C[K]> }
    : { readonly tag: K; readonly val?: undefined };
}[keyof C & string];

type FlagsValue<F extends string> = { [K in F as CamelCase<K>]?: boolean };

type MaybeValue<T extends WitType | undefined> = T extends WitType ? ValueOf<T> : undefined;

type U8 = { readonly kind: 'u8' } & { readonly [witValue]?: number };

type OptionType<T extends WitType> = {
  readonly kind: 'option';
  readonly some: WitType;
  readonly [witValue]?: OptionValue<T>;
};

function primitive<V>(kind: PrimitiveKind): Primitive<V> {
  return { kind };
}

/**
 * WIT types in TypeScript. Fields, cases and flags are in declaration order, with their WIT names; the values
 * they describe have the names jco gives them.
 *
 * ```ts
 * const keyResponse = t.record({ keys: t.list(t.string), cursor: t.option(t.u64) });
 * type KeyResponse = ValueOf<typeof keyResponse>; // { keys: string[]; cursor: bigint | undefined }
 * ```
 */
export const t: WitTypeBuilders = {
  bool: primitive('bool'),
  u8: { kind: 'u8' },
  u16: primitive('u16'),
  u32: primitive('u32'),
  u64: primitive('u64'),
  s8: primitive('s8'),
  s16: primitive('s16'),
  s32: primitive('s32'),
  s64: primitive('s64'),
  f32: primitive('f32'),
  f64: primitive('f64'),
  char: primitive('char'),
  string: primitive('string'),
  list: (element) => ({ kind: 'list', element }),
  map: (key, value) => ({ kind: 'map', key, value }),
  option: (some) => ({ kind: 'option', some }),
  result: (okType?: WitType, errType?: WitType) => ({
    kind: 'result',
    ...(okType && { ok: okType }),
    ...(errType && { err: errType }),
  }),
  tuple: (...items) => ({ kind: 'tuple', items }),
  record: (fields) => ({
    kind: 'record',
    fields: Object.entries(fields).map(([name, type]) => ({ name, type })),
  }),
  variant: (cases) => ({
    kind: 'variant',
    cases: Object.entries(cases).map(([name, type]) => (type ? { name, type } : { name })),
  }),
  enum: (...cases) => ({ kind: 'enum', cases }),
  flags: (...flags) => ({ kind: 'flags', flags }),
  own: (resource) => ({ kind: 'own', resource }),
  borrow: (resource) => ({ kind: 'borrow', resource }),
  stream: (element?: WitType) => ({ kind: 'stream', ...(element && { element }) }),
  future: (value?: WitType) => ({ kind: 'future', ...(value && { value }) }),
};

/** The builders of {@link t}. */
export interface WitTypeBuilders {
  readonly bool: Primitive<boolean>;
  readonly u8: U8;
  readonly u16: Primitive<number>;
  readonly u32: Primitive<number>;
  readonly u64: Primitive<bigint>;
  readonly s8: Primitive<number>;
  readonly s16: Primitive<number>;
  readonly s32: Primitive<number>;
  readonly s64: Primitive<bigint>;
  readonly f32: Primitive<number>;
  readonly f64: Primitive<number>;
  readonly char: Primitive<string>;
  readonly string: Primitive<string>;
  list<T extends WitType>(element: T): TypedWit<ListValue<T>>;
  map<K extends WitType, V extends WitType>(key: K, value: V): TypedWit<ReadonlyMap<ValueOf<K>, ValueOf<V>>>;
  option<T extends WitType>(some: T): OptionType<T>;
  /** `t.result(ok, err)`; `undefined` stands for `_`. */
  result<T extends WitType | undefined = undefined, E extends WitType | undefined = undefined>(
    ok?: T,
    err?: E,
  ): TypedWit<Ok<MaybeValue<T>> | Err<MaybeValue<E>>>;
  tuple<const T extends readonly WitType[]>(...items: T): TypedWit<TupleValue<T>>;
  record<const F extends Readonly<Record<string, WitType>>>(fields: F): TypedWit<RecordValue<F>>;
  /** A case without payload is `undefined`: `t.variant({ 'no-such-store': undefined, other: t.string })`. */
  variant<const C extends Readonly<Record<string, WitType | undefined>>>(cases: C): TypedWit<VariantValue<C>>;
  enum<const C extends readonly string[]>(...cases: C): TypedWit<C[number]>;
  flags<const F extends readonly string[]>(...flags: F): TypedWit<FlagsValue<F[number]>>;
  own(resource: WitResource): TypedWit<Uint8Array>;
  borrow(resource: WitResource): TypedWit<Uint8Array>;
  stream<T extends WitType | undefined = undefined>(element?: T): TypedWit<AsyncIterable<StreamChunk<T>>>;
  future<T extends WitType | undefined = undefined>(value?: T): TypedWit<Promise<MaybeValue<T>>>;
}

/** Parameters of {@link func}: name and type of each, in order. */
export type ParamList = readonly (readonly [name: string, type: WitType])[];

type ParamValues<P extends ParamList> = {
  -readonly [I in keyof P]: P[I] extends readonly [string, infer T] ? ValueOf<T> : never;
};

/**
 * A WIT function; the TypeScript types of its parameters and its result follow from the declaration.
 *
 * ```ts
 * const increment = func('increment', [['bucket', t.string], ['key', t.string], ['delta', t.u64]], t.result(t.u64, error));
 * ```
 */
export function func<
  const Name extends string,
  const P extends ParamList,
  R extends WitType | undefined = undefined,
>(name: Name, params: P, result?: R): TypedFunction<ParamValues<P>, MaybeValue<R>, Name> {
  const fields: WitField[] = params.map(([paramName, type]) => ({ name: paramName, type }));
  return result ? { name, params: fields, result } : { name, params: fields };
}

/** Methods as an interface's functions have them: parameters in order, and a promise of the result. */
export type InterfaceMethods<F extends readonly WitFunction[]> = {
  [K in F[number] as MethodName<K['name']>]: (...params: ParamsOf<K>) => Promise<ResultOf<K>>;
};

/**
 * A {@link WitInterface} whose functions are the methods of `M`:
 * `{ get(bucket: string, key: string): Promise<Result<Uint8Array | undefined, KeyvalueError>> }`.
 */
export type TypedInterface<M> = WitInterface & { readonly [methodsOf]?: M };

/** The methods of a {@link TypedInterface}. */
export type MethodsOf<I> = I extends { readonly [methodsOf]?: infer M } ? M : never;

/** Declares an interface; `id` is the wire instance, version included: `acme:math/ops@1.2.0`. */
export function witInterface<const F extends readonly WitFunction[]>(
  id: string,
  functions: F,
): TypedInterface<InterfaceMethods<F>> {
  const resources = new Set<string>();
  for (const { name } of functions) {
    const match = /^\[(?:constructor|method|static)\]([^.]+)/.exec(name);
    if (match?.[1]) resources.add(match[1]);
  }
  return { id, functions, resources: [...resources] };
}
