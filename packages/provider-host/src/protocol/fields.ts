import type { StringMap } from '@wasmlattice/control-interface/types';
import { ProviderProtocolError } from './protocol-error.js';

/** An object as it came out of `JSON.parse`; nothing about its members is known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Parses `text`; `what` names it in errors: `HostData`, `link definition`. */
export function parseObject(text: string, what: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which may hold secrets: no cause is kept.
    throw new ProviderProtocolError(`${what} is not valid JSON`);
  }
  return asObject(value, what);
}

export function asObject(value: unknown, what: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProviderProtocolError(`${what} must be a JSON object, got ${describe(value)}`);
  }
  return value as JsonObject;
}

export function asStringMap(value: unknown, what: string): StringMap {
  const entries = Object.entries(asObject(value, what));
  for (const [key, member] of entries) {
    if (typeof member !== 'string') {
      throw new ProviderProtocolError(`${what}.${key} must be a string, got ${describe(member)}`);
    }
  }
  return Object.fromEntries(entries) as StringMap;
}

export function asStrings(value: unknown, what: string): readonly string[] {
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'string')) {
    throw new ProviderProtocolError(`${what} must be an array of strings, got ${describe(value)}`);
  }
  return value as string[];
}

export function asBytes(value: unknown, what: string): Uint8Array {
  if (!Array.isArray(value) || !value.every(isByte)) {
    throw new ProviderProtocolError(`${what} must be an array of byte numbers, got ${describe(value)}`);
  }
  return Uint8Array.from(value);
}

/** The member's string; `fallback` when it is missing or null. Without a fallback the member is required. */
export function stringField(object: JsonObject, name: string, what: string, fallback?: string): string {
  const value = object[name] ?? fallback;
  if (typeof value !== 'string') {
    throw new ProviderProtocolError(`${what}.${name} must be a string, got ${describe(value)}`);
  }
  return value;
}

/** The member, read by `read`; `undefined` when it is missing or null. */
export function optionalField<T>(
  object: JsonObject,
  name: string,
  what: string,
  read: (value: unknown, what: string) => T,
): T | undefined {
  const value = object[name];
  return value === undefined || value === null ? undefined : read(value, `${what}.${name}`);
}

export function asString(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw new ProviderProtocolError(`${what} must be a string, got ${describe(value)}`);
}

export function asNumber(value: unknown, what: string): number {
  if (typeof value === 'number') return value;
  throw new ProviderProtocolError(`${what} must be a number, got ${describe(value)}`);
}

export function asBoolean(value: unknown, what: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new ProviderProtocolError(`${what} must be true or false, got ${describe(value)}`);
}

function isByte(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xff;
}

/** The kind of a value, never the value itself: these messages reach logs, and values may be secret. */
function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
