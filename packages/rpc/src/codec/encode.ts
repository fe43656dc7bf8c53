import { entryOf } from '../map-entry.js';
import { camelCase, memberOf } from '../names.js';
import type { WitField, WitType } from '../types.js';
import { WholeFuture } from '../whole-future.js';
import { CodecError } from './codec-error.js';
import { EncodeScope } from './deferred.js';
import { type RecordMember, specializeRecordEncoder } from './specialize.js';
import { typeShape } from './type-shape.js';
import { Writer } from './writer.js';

/** Appends one value. `scope` takes the streams and futures in it; types without any ignore it. */
export type Encoder = (writer: Writer, value: unknown, scope: EncodeScope) => void;

const encoders = new WeakMap<WitType, Encoder>();

/** The encoder of a type, built once for each type object. */
export function encoderOf(type: WitType): Encoder {
  const known = encoders.get(type);
  if (known) return known;
  // Checks the nesting before anything recurses.
  typeShape(type);
  const encoder = buildEncoder(type);
  encoders.set(type, encoder);
  return encoder;
}

/**
 * The bytes of one value without streams or futures.
 * @throws CodecError `bad-value` when the value is not one of the type
 */
export function encode(type: WitType, value: unknown): Uint8Array {
  if (typeShape(type).hasDeferred) {
    throw new CodecError('unsupported-type', 'a stream or future needs a transport, not one buffer');
  }
  const writer = new Writer();
  encoderOf(type)(writer, value, new EncodeScope());
  return writer.finish();
}

function buildEncoder(type: WitType): Encoder {
  switch (type.kind) {
    case 'bool':
      return (writer, value) => {
        if (typeof value !== 'boolean') throw badValue('bool', value);
        writer.byte(value ? 1 : 0);
      };
    case 'u8':
      return (writer, value) => writer.byte(integer('u8', value, 0, 0xff));
    case 's8':
      return (writer, value) => writer.byte(integer('s8', value, -0x80, 0x7f) & 0xff);
    case 'u16':
      return (writer, value) => writer.unsigned(integer('u16', value, 0, 0xffff));
    case 'u32':
      return (writer, value) => writer.unsigned(integer('u32', value, 0, 0xffff_ffff));
    case 's16':
      return (writer, value) => writer.signed(integer('s16', value, -0x8000, 0x7fff));
    case 's32':
      return (writer, value) => writer.signed(integer('s32', value, -0x8000_0000, 0x7fff_ffff));
    case 'u64':
      return (writer, value) => writer.unsigned64(bigInteger('u64', value, 0n, 0xffff_ffff_ffff_ffffn));
    case 's64':
      return (writer, value) =>
        writer.signed64(bigInteger('s64', value, -0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn));
    case 'f32':
      return (writer, value) => writer.f32(float('f32', value));
    case 'f64':
      return (writer, value) => writer.f64(float('f64', value));
    case 'char':
      return encodeChar;
    case 'string':
      return encodeString;
    case 'error-context':
      throw new CodecError('unsupported-type', 'error-context does not exist in wRPC 0.0.1');
    case 'own':
    case 'borrow':
      return encodeBytes;
    case 'list':
      return type.element.kind === 'u8' ? encodeBytes : listEncoder(type.element);
    case 'fixed-list':
      throw new CodecError('unsupported-type', 'a list of a fixed length does not exist in wRPC 0.0.1');
    case 'map':
      return mapEncoder(listEncoder(entryOf(type)));
    case 'option':
      return optionEncoder(type.some);
    case 'result':
      return resultEncoder(type.ok, type.err);
    case 'tuple':
      return tupleEncoder(type.items);
    case 'record':
      return recordEncoder(type.fields);
    case 'variant':
      return variantEncoder(type.cases);
    case 'enum':
      return enumEncoder(type.cases);
    case 'flags':
      return flagsEncoder(type.flags);
    case 'stream':
      return (writer, value, scope) => {
        if (!isAsyncIterable(value)) throw badValue('stream (an AsyncIterable of chunks)', value);
        writer.byte(0);
        scope.defer(type, value);
      };
    case 'future':
      return (writer, value, scope) => {
        if (!isThenable(value)) throw badValue('future (a Promise)', value);
        writer.byte(0);
        scope.defer(type, value);
      };
  }
}

/** A map is the list of its entries. */
function mapEncoder(entries: Encoder): Encoder {
  return (writer, value, scope) => entries(writer, value instanceof Map ? [...value] : value, scope);
}

function integer(kind: string, value: unknown, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw badValue(kind, value);
  }
  return value;
}

function bigInteger(kind: string, value: unknown, min: bigint, max: bigint): bigint {
  if (typeof value !== 'bigint' || value < min || value > max) throw badValue(`${kind} (a bigint)`, value);
  return value;
}

function float(kind: string, value: unknown): number {
  if (typeof value !== 'number') throw badValue(kind, value);
  return value;
}

function encodeChar(writer: Writer, value: unknown): void {
  if (typeof value !== 'string' || !value.isWellFormed()) throw badValue('char', value);
  const units = value.length;
  if (units !== 1 && (units !== 2 || (value.codePointAt(0) as number) < 0x1_0000)) {
    throw badValue('char', value);
  }
  writer.char(value);
}

function encodeString(writer: Writer, value: unknown): void {
  if (typeof value !== 'string' || !value.isWellFormed()) throw badValue('string', value);
  writer.string(value);
}

function encodeBytes(writer: Writer, value: unknown): void {
  if (value instanceof Uint8Array) {
    writer.unsigned(value.length);
    writer.raw(value);
  } else if (Array.isArray(value)) {
    writer.unsigned(value.length);
    for (const item of value) writer.byte(integer('u8', item, 0, 0xff));
  } else {
    throw badValue('list<u8> (a Uint8Array)', value);
  }
}

function listEncoder(elementType: WitType): Encoder {
  const element = encoderOf(elementType);
  const { hasDeferred } = typeShape(elementType);
  return (writer, value, scope) => {
    const items = listItems(value);
    writer.unsigned(items.length);
    for (let i = 0; i < items.length; i++) {
      element(writer, items[i], hasDeferred ? scope.child(i) : scope);
    }
  };
}

function listItems(value: unknown): ArrayLike<unknown> {
  if (Array.isArray(value)) return value;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return value as unknown as ArrayLike<unknown>;
  }
  throw badValue('list (an array)', value);
}

function optionEncoder(some: WitType): Encoder {
  const payload = encoderOf(some);
  if (some.kind === 'option') {
    return (writer, value, scope) => {
      const { tag, val } = tagged('option<option<…>>', value);
      if (tag === 'none') {
        writer.byte(0);
      } else if (tag === 'some') {
        writer.byte(1);
        payload(writer, val, scope);
      } else {
        throw badValue("option<option<…>> ({ tag: 'none' } or { tag: 'some', val })", value);
      }
    };
  }
  return (writer, value, scope) => {
    // jco's glue takes null for none as well.
    if (value === undefined || value === null) {
      writer.byte(0);
    } else {
      writer.byte(1);
      payload(writer, value, scope);
    }
  };
}

function resultEncoder(okType: WitType | undefined, errType: WitType | undefined): Encoder {
  const ok = okType && encoderOf(okType);
  const err = errType && encoderOf(errType);
  return (writer, value, scope) => {
    const { tag, val } = tagged('result', value);
    if (tag === 'ok') {
      writer.byte(0);
      ok?.(writer, val, scope);
    } else if (tag === 'err') {
      writer.byte(1);
      err?.(writer, val, scope);
    } else {
      throw badValue("result ({ tag: 'ok' | 'err', val })", value);
    }
  };
}

function tupleEncoder(items: readonly WitType[]): Encoder {
  const members = items.map((item) => ({
    encode: encoderOf(item),
    hasDeferred: typeShape(item).hasDeferred,
  }));
  return (writer, value, scope) => {
    if (!Array.isArray(value) || value.length !== members.length) {
      throw badValue(`tuple (an array of ${members.length})`, value);
    }
    for (const [i, { encode: member, hasDeferred }] of members.entries()) {
      member(writer, value[i], hasDeferred ? scope.child(i) : scope);
    }
  };
}

function recordEncoder(fields: readonly WitField[]): Encoder {
  const members = fields.map(({ name, type }) => ({
    key: camelCase(name) as string,
    codec: encoderOf(type),
    hasDeferred: typeShape(type).hasDeferred,
  }));
  const encodeMembers = specializeRecordEncoder(members) ?? genericRecordEncoder(members);
  return (writer, value, scope) => {
    if (typeof value !== 'object' || value === null) throw badValue('record (an object)', value);
    encodeMembers(writer, value, scope);
  };
}

/** @internal what {@link specializeRecordEncoder} falls back to */
export function genericRecordEncoder(members: readonly RecordMember<Encoder>[]): Encoder {
  return (writer, value, scope) => {
    for (const [i, { key, codec, hasDeferred }] of members.entries()) {
      codec(writer, memberOf(value as object, key), hasDeferred ? scope.child(i) : scope);
    }
  };
}

function variantEncoder(cases: readonly { readonly name: string; readonly type?: WitType }[]): Encoder {
  const byName = new Map(
    cases.map(({ name, type }, index) => [name, { index, payload: type && encoderOf(type) }]),
  );
  return (writer, value, scope) => {
    const { tag, val } = tagged('variant', value);
    const known = byName.get(tag);
    if (!known) throw badValue(`variant with the cases ${names(cases.map(({ name }) => name))}`, value);
    writer.unsigned(known.index);
    known.payload?.(writer, val, scope);
  };
}

function enumEncoder(cases: readonly string[]): Encoder {
  const byName = new Map(cases.map((name, index) => [name, index]));
  return (writer, value) => {
    const index = byName.get(value as string);
    if (index === undefined) throw badValue(`enum with the cases ${names(cases)}`, value);
    writer.unsigned(index);
  };
}

function flagsEncoder(flags: readonly string[]): Encoder {
  const keys = flags.map((flag) => camelCase(flag) as string);
  const known = new Set(keys);
  const size = Math.ceil(keys.length / 8);
  return (writer, value) => {
    if (typeof value !== 'object' || value === null) throw badValue('flags (an object)', value);
    for (const key of Object.keys(value)) {
      if (!known.has(key)) throw badValue(`flags ${names(keys)}`, value);
    }
    for (let byte = 0; byte < size; byte++) {
      let bits = 0;
      for (let bit = 0; bit < 8; bit++) {
        const key = keys[byte * 8 + bit];
        if (key !== undefined && memberOf(value, key)) bits |= 1 << bit;
      }
      writer.byte(bits);
    }
  };
}

function tagged(kind: string, value: unknown): { readonly tag: string; readonly val?: unknown } {
  if (typeof value !== 'object' || value === null || !('tag' in value) || typeof value.tag !== 'string') {
    throw badValue(`${kind} ({ tag, val })`, value);
  }
  return value as { readonly tag: string; readonly val?: unknown };
}

function isAsyncIterable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/**
 * A value for a place where JavaScript has resolved the promise on its own: what an async handler returned, and what
 * a promise held.
 */
export function unflattened(type: WitType, value: unknown): unknown {
  if (value instanceof WholeFuture) return value.value;
  return type.kind === 'future' && !isThenable(value) ? Promise.resolve(value) : value;
}

function names(all: readonly string[]): string {
  const shown = all.slice(0, 8).join(', ');
  return all.length > 8 ? `${shown}, …` : shown;
}

function badValue(expected: string, value: unknown): CodecError {
  return new CodecError('bad-value', `expected ${expected}, got ${describeValue(value)}`);
}

/** Short and without the value's content: it ends up in logs. */
function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'number' || typeof value === 'bigint') return `${typeof value} ${value}`;
  if (typeof value !== 'object') return typeof value;
  if (Array.isArray(value)) return `array of ${value.length}`;
  if ('tag' in value) return `{ tag: ${JSON.stringify(value.tag)?.slice(0, 64)} }`;
  return value.constructor?.name ?? 'object';
}
