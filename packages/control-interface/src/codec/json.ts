import type { StringMap } from '../types/string-map.js';

/** A JSON value; members that are `undefined` are left out. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/** A JSON object; members that are `undefined` are left out. */
export type JsonObject = { readonly [key: string]: JsonValue | undefined };

/**
 * Bytes or JSON that do not have the shape the protocol asks for. The message names the field and the type found,
 * never the value, which may be a secret.
 */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  /** What was being decoded: `component scale command`. */
  readonly what: string;
  /** The offending field, dotted: `annotations.owner`; absent when the whole is wrong. */
  readonly field: string | undefined;

  constructor(what: string, field: string | undefined, problem: string) {
    super(field === undefined ? `${what} ${problem}` : `${what}: field "${field}" ${problem}`);
    this.what = what;
    this.field = field;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

/** Parses UTF-8 JSON; `what` names it in the {@link DecodeError}. */
export function jsonFromBytes(bytes: Uint8Array, what: string): unknown {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new DecodeError(what, undefined, 'is not UTF-8 text');
  }
  if (text === '') throw new DecodeError(what, undefined, 'is empty, expected JSON');
  try {
    return JSON.parse(text);
  } catch (error) {
    // The engine's message quotes the text, which may hold a password; only its position is kept.
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    throw new DecodeError(
      what,
      undefined,
      `is not JSON${position === undefined ? '' : ` (position ${position})`}`,
    );
  }
}

/** The UTF-8 JSON of a value. */
export function jsonToBytes(value: JsonValue): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** `is missing, expected a string`, or `must be a string, got a number`. */
function mismatch(expected: string, value: unknown): string {
  return value === undefined
    ? `is missing, expected ${expected}`
    : `must be ${expected}, got ${typeName(value)}`;
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const u32Max = 0xffff_ffff;
const u64Max = 2 ** 64;

/**
 * Reads the members of a JSON object with strict types. Members nobody asks for are ignored.
 *
 * In the `…Or` methods a missing member gives the default, `null` is an error; in the `optional…` methods both
 * mean "not given" (as the types of the reference implementation have it).
 */
export class ObjectReader {
  readonly #object: Readonly<Record<string, unknown>>;
  readonly #what: string;
  readonly #path: string;

  constructor(value: unknown, what: string, path = '') {
    if (!isObject(value)) {
      throw new DecodeError(
        what,
        path === '' ? undefined : path,
        `must be an object, got ${typeName(value)}`,
      );
    }
    this.#object = value;
    this.#what = what;
    this.#path = path;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#object, name);
  }

  /** @throws DecodeError for a member of another name */
  refuseOthers(...names: readonly string[]): void {
    const other = Object.keys(this.#object).find((name) => !names.includes(name));
    if (other === undefined) return;
    throw new DecodeError(this.#what, this.#fieldPath(other.slice(0, 64)), 'is not known');
  }

  /** Whatever is there, unchecked; `undefined` if nothing is. */
  value(name: string): unknown {
    return this.has(name) ? this.#object[name] : undefined;
  }

  string(name: string): string {
    return this.#expectString(name, this.value(name));
  }

  stringOr(name: string, fallback: string): string {
    return this.has(name) ? this.string(name) : fallback;
  }

  optionalString(name: string): string | undefined {
    return this.#given(name) ? this.string(name) : undefined;
  }

  booleanOr(name: string, fallback: boolean): boolean {
    return this.has(name) ? this.boolean(name) : fallback;
  }

  boolean(name: string): boolean {
    const value = this.value(name);
    if (typeof value !== 'boolean') throw this.#wrongType(name, 'a boolean', value);
    return value;
  }

  /** An integer from 0 to 2³² − 1. */
  u32Or(name: string, fallback: number): number {
    return this.has(name) ? this.#integer(name, 0, u32Max, 'a 32-bit unsigned integer') : fallback;
  }

  /** An integer from −2³¹ to 2³¹ − 1. */
  i32Or(name: string, fallback: number): number {
    return this.has(name) ? this.#integer(name, -(2 ** 31), 2 ** 31 - 1, 'a 32-bit integer') : fallback;
  }

  optionalInteger(name: string): number | undefined {
    return this.#given(name)
      ? this.#integer(name, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 'an integer')
      : undefined;
  }

  /** An unsigned 64-bit integer; beyond 2⁵³ it is the nearest number. */
  u64(name: string): number {
    return this.#integer(name, 0, u64Max, 'an unsigned integer');
  }

  u64Or(name: string, fallback: number): number {
    return this.has(name) ? this.u64(name) : fallback;
  }

  optionalU64(name: string): number | undefined {
    return this.#given(name) ? this.u64(name) : undefined;
  }

  stringMap(name: string): StringMap {
    return readStringMap(this.value(name), this.#what, this.#fieldPath(name));
  }

  stringMapOr(name: string, fallback: StringMap): StringMap {
    return this.has(name) ? this.stringMap(name) : fallback;
  }

  optionalStringMap(name: string): StringMap | undefined {
    return this.#given(name) ? this.stringMap(name) : undefined;
  }

  stringArray(name: string): readonly string[] {
    return this.array(name, (item, path) => this.#expectString(path, item));
  }

  stringArrayOr(name: string, fallback: readonly string[]): readonly string[] {
    return this.has(name) ? this.stringArray(name) : fallback;
  }

  optionalStringArray(name: string): readonly string[] | undefined {
    return this.#given(name) ? this.stringArray(name) : undefined;
  }

  /** An array of strings, or one string that joins them by commas. */
  joinedStrings(name: string): readonly string[] {
    const value = this.value(name);
    if (typeof value !== 'string') return this.stringArray(name);
    return value === '' ? [] : value.split(',');
  }

  /** Each element through `read`, which gets its path relative to this object: `links[2]`. */
  array<T>(name: string, read: (item: unknown, path: string) => T): readonly T[] {
    const value = this.value(name);
    if (!Array.isArray(value)) throw this.#wrongType(name, 'an array', value);
    return value.map((item, index) => read(item, `${name}[${index}]`));
  }

  object(name: string): ObjectReader {
    return new ObjectReader(this.value(name), this.#what, this.#fieldPath(name));
  }

  optionalObject(name: string): ObjectReader | undefined {
    return this.#given(name) ? this.object(name) : undefined;
  }

  /** A reader for an array element, whose path comes from {@link array}. */
  item(value: unknown, path: string): ObjectReader {
    return new ObjectReader(value, this.#what, this.#fieldPath(path));
  }

  #given(name: string): boolean {
    const value = this.value(name);
    return value !== undefined && value !== null;
  }

  #integer(name: string, min: number, max: number, expected: string): number {
    const value = this.value(name);
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
      throw this.#wrongType(name, expected, value);
    }
    return value;
  }

  #expectString(name: string, value: unknown): string {
    if (typeof value !== 'string') throw this.#wrongType(name, 'a string', value);
    return value;
  }

  #fieldPath(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  #wrongType(name: string, expected: string, value: unknown): DecodeError {
    return new DecodeError(this.#what, this.#fieldPath(name), mismatch(expected, value));
  }
}

function readStringMap(value: unknown, what: string, path: string | undefined): StringMap {
  if (!isObject(value)) {
    throw new DecodeError(what, path, mismatch('an object of strings', value));
  }
  const entries = Object.entries(value).map(([key, item]): [string, string] => {
    if (typeof item !== 'string') {
      const field = path === undefined ? key : `${path}.${key}`;
      throw new DecodeError(what, field, mismatch('a string', item));
    }
    return [key, item];
  });
  return Object.fromEntries(entries);
}

/** A JSON object whose values are all strings. */
export function decodeStringMap(value: unknown, what: string): StringMap {
  return readStringMap(value, what, undefined);
}
