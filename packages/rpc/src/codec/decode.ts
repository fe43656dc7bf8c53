import { entryOf } from '../map-entry.js';
import { camelCase } from '../names.js';
import type { WitField, WitType } from '../types.js';
import { CodecError } from './codec-error.js';
import { type DecodeScope, type FutureType, noDecodeScope, type StreamType } from './deferred.js';
import { type CodecLimits, elementsOfPending } from './limits.js';
import { Reader, truncated } from './reader.js';
import { type RecordMember, specializeRecordDecoder } from './specialize.js';
import { type TypeShape, typeShape, unitShape } from './type-shape.js';

/** Reads one value from bytes that hold all of it. `scope` gives the streams and futures in it. */
export type Decoder = (reader: Reader, scope: DecodeScope) => unknown;

const decoders = new WeakMap<WitType, Decoder>();

/** The decoder of a type, built once for each type object. */
export function decoderOf(type: WitType): Decoder {
  const known = decoders.get(type);
  if (known) return known;
  // Checks the nesting before anything recurses.
  typeShape(type);
  const decoder = buildDecoder(type);
  decoders.set(type, decoder);
  return decoder;
}

/**
 * One value without streams or futures, and nothing behind it.
 * @throws CodecError
 */
export function decode(type: WitType, bytes: Uint8Array, limits?: CodecLimits): unknown {
  if (typeShape(type).hasDeferred) {
    throw new CodecError('unsupported-type', 'a stream or future needs a transport, not one buffer');
  }
  if (limits && bytes.length > limits.maxBytes) {
    throw new CodecError('limit-bytes', `value has more than ${limits.maxBytes} bytes`);
  }
  const reader = new Reader(bytes, limits);
  const value = decoderOf(type)(reader, noDecodeScope);
  reader.finish();
  return value;
}

function buildDecoder(type: WitType): Decoder {
  switch (type.kind) {
    case 'bool':
      return (reader) => reader.bool();
    case 'u8':
      return (reader) => reader.byte();
    case 's8':
      return (reader) => (reader.byte() << 24) >> 24;
    case 'u16':
      return (reader) => reader.u16();
    case 'u32':
      return (reader) => reader.u32();
    case 'u64':
      return (reader) => reader.u64();
    case 's16':
      return (reader) => reader.s16();
    case 's32':
      return (reader) => reader.s32();
    case 's64':
      return (reader) => reader.s64();
    case 'f32':
      return (reader) => reader.f32();
    case 'f64':
      return (reader) => reader.f64();
    case 'char':
      return (reader) => reader.char();
    case 'string':
      return (reader) => reader.string();
    case 'error-context':
      throw new CodecError('unsupported-type', 'error-context does not exist in wRPC 0.0.1');
    case 'own':
    case 'borrow':
      return (reader) => reader.blob();
    case 'list':
      return type.element.kind === 'u8' ? (reader) => reader.blob() : listDecoder(type.element);
    case 'fixed-list':
      throw new CodecError('unsupported-type', 'a list of a fixed length does not exist in wRPC 0.0.1');
    case 'map':
      return mapDecoder(listDecoder(entryOf(type)));
    case 'option':
      return optionDecoder(type.some);
    case 'result':
      return resultDecoder(type.ok, type.err);
    case 'tuple':
      return tupleDecoder(type.items);
    case 'record':
      return recordDecoder(type.fields);
    case 'variant':
      return variantDecoder(type.cases);
    case 'enum':
      return (reader) => enumCase(type.cases, reader.u32());
    case 'flags':
      return flagsDecoder(type.flags);
    case 'stream':
      return streamDecoder(type);
    case 'future':
      return futureDecoder(type);
  }
}

function listDecoder(elementType: WitType): Decoder {
  const element = decoderOf(elementType);
  const shape = typeShape(elementType);
  const { hasDeferred, minBytes, heapBytes } = shape;
  return (reader, scope) => {
    const count = reader.u32();
    checkCount(reader, count, shape);
    // Each element takes at least minBytes: a longer list can't be whole, whatever follows.
    if (count * minBytes > reader.end - reader.pos) throw truncated();
    reader.heapBytes += count * heapBytes;
    const items: unknown[] = [];
    for (let i = 0; i < count; i++) items.push(element(reader, hasDeferred ? scope.child(i) : scope));
    return items;
  };
}

function mapDecoder(entries: Decoder): Decoder {
  return (reader, scope) => new Map(entries(reader, scope) as [unknown, unknown][]);
}

/** Refuses a list that would exceed the limits, before any of it is read. */
export function checkCount(reader: Reader, count: number, { weight }: TypeShape): void {
  reader.countElements(count * weight);
}

function optionDecoder(some: WitType): Decoder {
  const payload = decoderOf(some);
  if (some.kind === 'option') {
    return (reader, scope) =>
      discriminant(reader.byte(), 'option') === 0
        ? { tag: 'none' }
        : { tag: 'some', val: payload(reader, scope) };
  }
  return (reader, scope) =>
    discriminant(reader.byte(), 'option') === 0 ? undefined : payload(reader, scope);
}

/** First byte of an option, a result or a future. */
export function discriminant(byte: number, kind: string): number {
  if (byte > 1) throw new CodecError('bad-discriminant', `${kind} starts with 0x${byte.toString(16)}`);
  return byte;
}

function resultDecoder(okType: WitType | undefined, errType: WitType | undefined): Decoder {
  const ok = okType && decoderOf(okType);
  const err = errType && decoderOf(errType);
  return (reader, scope) =>
    discriminant(reader.byte(), 'result') === 0
      ? { tag: 'ok', val: ok?.(reader, scope) }
      : { tag: 'err', val: err?.(reader, scope) };
}

function tupleDecoder(items: readonly WitType[]): Decoder {
  const members = items.map((item) => ({
    decode: decoderOf(item),
    hasDeferred: typeShape(item).hasDeferred,
  }));
  return (reader, scope) => {
    const value = new Array<unknown>(members.length);
    for (let i = 0; i < members.length; i++) {
      const member = members[i] as (typeof members)[number];
      value[i] = member.decode(reader, member.hasDeferred ? scope.child(i) : scope);
    }
    return value;
  };
}

function recordDecoder(fields: readonly WitField[]): Decoder {
  const members = fields.map(({ name, type }) => ({
    key: camelCase(name) as string,
    codec: decoderOf(type),
    hasDeferred: typeShape(type).hasDeferred,
  }));
  return specializeRecordDecoder(members) ?? genericRecordDecoder(members);
}

/** @internal what {@link specializeRecordDecoder} falls back to */
export function genericRecordDecoder(members: readonly RecordMember<Decoder>[]): Decoder {
  return (reader, scope) => {
    const entries = members.map(({ key, codec, hasDeferred }, i): [string, unknown] => [
      key,
      codec(reader, hasDeferred ? scope.child(i) : scope),
    ]);
    return Object.fromEntries(entries);
  };
}

function variantDecoder(cases: readonly { readonly name: string; readonly type?: WitType }[]): Decoder {
  const known = cases.map(({ name, type }) => ({ tag: name, payload: type && decoderOf(type) }));
  return (reader, scope) => {
    const { tag, payload } = caseAt(known, reader.u32());
    return payload ? { tag, val: payload(reader, scope) } : { tag };
  };
}

/** The case with this index. */
export function caseAt<C>(cases: readonly C[], index: number): C {
  if (index >= cases.length) {
    throw new CodecError('bad-discriminant', `case ${index} of a type with ${cases.length} cases`);
  }
  return cases[index] as C;
}

function enumCase(cases: readonly string[], index: number): string {
  return caseAt(cases, index);
}

function flagsDecoder(flags: readonly string[]): Decoder {
  const keys = flags.map((flag) => camelCase(flag) as string);
  const size = Math.ceil(keys.length / 8);
  const unused = size * 8 - keys.length;
  return (reader) => {
    const start = reader.skip(size);
    if (unused > 0 && (reader.bytes[start + size - 1] as number) >> (8 - unused) !== 0) {
      throw new CodecError('bad-flags', `a bit beyond the ${keys.length} flags is set`);
    }
    const value: Record<string, boolean> = {};
    for (const [i, key] of keys.entries()) {
      value[key] = (((reader.bytes[start + (i >> 3)] as number) >> (i & 7)) & 1) === 1;
    }
    return value;
  };
}

function streamDecoder(type: StreamType): Decoder {
  const ready = type.element
    ? decoderOf({ kind: 'list', element: type.element })
    : (reader: Reader) => units(reader, reader.u32());
  return (reader, scope) => {
    if (reader.byte() === 0) {
      reader.countElements(elementsOfPending);
      return scope.stream(type);
    }
    // A count other than 0: the stream's whole content is here (docs/spec/wrpc.md#6.1).
    reader.pos--;
    return onceIterable(ready(reader, scope));
  };
}

/** The only chunk of a ready stream. */
export async function* onceIterable(chunk: unknown): AsyncGenerator<unknown> {
  yield chunk;
}

function futureDecoder(type: FutureType): Decoder {
  const ready = type.value && decoderOf(type.value);
  return (reader, scope) => {
    if (discriminant(reader.byte(), 'future') === 0) {
      reader.countElements(elementsOfPending);
      return scope.future(type);
    }
    return Promise.resolve(ready?.(reader, scope));
  };
}

/** Elements of a stream without element type: a count and no bytes. */
export function units(reader: Reader, count: number): undefined[] {
  checkCount(reader, count, unitShape);
  reader.heapBytes += count * unitShape.heapBytes;
  return new Array<undefined>(count).fill(undefined);
}
