/**
 * WIT types as data. They come from a component's own binary (`wasm-runtime/component`) or are written in
 * TypeScript, and drive the wRPC codec, the choice of suspending imports and error messages.
 *
 * Names keep their WIT spelling (`kebab-case`). Values follow jco's conventions, so that what a guest hands out
 * goes to the codec unchanged:
 *
 * | WIT | TypeScript value |
 * |---|---|
 * | bool, string, char | boolean, string, string |
 * | u8…u32, s8…s32, f32, f64 | number |
 * | u64, s64 | bigint |
 * | list<u8> | Uint8Array |
 * | other list<T> | array (a typed array is accepted for numbers) |
 * | list<T, N> | as list<T>, of N elements; not in wRPC 0.0.1 |
 * | map<K, V> | Map (an array of pairs is accepted); in wRPC a list<tuple<K, V>> |
 * | option<T> | undefined or T; an option directly inside an option: `{ tag: 'none' }`, `{ tag: 'some', val }` |
 * | result<T, E> | `{ tag: 'ok', val }`, `{ tag: 'err', val }` |
 * | variant | `{ tag: 'case-name', val }` (no `val` for a case without payload) |
 * | enum | 'case-name' |
 * | flags | `{ camelCase: true }` |
 * | record | `{ camelCase: value }` |
 * | tuple | array |
 * | own, borrow | opaque handle: Uint8Array on the wire side |
 * | stream<T> | AsyncIterable of chunks (`Uint8Array` for u8, arrays otherwise) |
 * | future<T> | Promise |
 */
export type WitType =
  | { readonly kind: PrimitiveKind }
  | { readonly kind: 'list'; readonly element: WitType }
  | { readonly kind: 'fixed-list'; readonly element: WitType; readonly length: number }
  /** Keys are booleans, integers, chars or strings. */
  | { readonly kind: 'map'; readonly key: WitType; readonly value: WitType }
  | { readonly kind: 'option'; readonly some: WitType }
  | { readonly kind: 'result'; readonly ok?: WitType; readonly err?: WitType }
  | { readonly kind: 'tuple'; readonly items: readonly WitType[] }
  | { readonly kind: 'record'; readonly fields: readonly WitField[] }
  | { readonly kind: 'variant'; readonly cases: readonly WitCase[] }
  | { readonly kind: 'enum'; readonly cases: readonly string[] }
  | { readonly kind: 'flags'; readonly flags: readonly string[] }
  | { readonly kind: 'own'; readonly resource: WitResource }
  | { readonly kind: 'borrow'; readonly resource: WitResource }
  | { readonly kind: 'stream'; readonly element?: WitType }
  | { readonly kind: 'future'; readonly value?: WitType };

export type PrimitiveKind =
  | 'bool'
  | 'u8'
  | 'u16'
  | 'u32'
  | 'u64'
  | 's8'
  | 's16'
  | 's32'
  | 's64'
  | 'f32'
  | 'f64'
  | 'char'
  | 'string'
  | 'error-context';

export interface WitField {
  readonly name: string;
  readonly type: WitType;
}

export interface WitCase {
  readonly name: string;
  readonly type?: WitType;
}

/** A resource type: the instance that defines it (`wasi:io/streams@0.2.3`) and its name (`input-stream`). */
export interface WitResource {
  readonly instance: string;
  readonly name: string;
}

/**
 * A function of an interface. `name` is as in the binary: `get-many`, `[constructor]fields`,
 * `[method]input-stream.read`, `[static]fields.from-list`.
 */
export interface WitFunction {
  readonly name: string;
  readonly params: readonly WitField[];
  /** Absent for a function without result. */
  readonly result?: WitType;
  /** Whether it may wait: `async func` in WIT. */
  readonly async?: boolean;
}

/** An interface instance a component imports or exports; `id` is verbatim, version included. */
export interface WitInterface {
  readonly id: string;
  /** The id of the interface, where an import has a name of its own for it: `wasi:keyvalue/store@0.2.0`. */
  readonly implements?: string;
  readonly functions: readonly WitFunction[];
  /** Names of the resources this interface defines. */
  readonly resources: readonly string[];
  /** Other names that it has for resources, its own or another interface's. */
  readonly aliases?: readonly ResourceAlias[];
}

/** What `use` and `type` in WIT make of a resource: the same under another name. */
export interface ResourceAlias {
  readonly name: string;
  readonly resource: WitResource;
}
