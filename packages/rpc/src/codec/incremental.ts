import { entryOf } from '../map-entry.js';
import { camelCase } from '../names.js';
import type { WitType } from '../types.js';
import { CodecError } from './codec-error.js';
import { caseAt, checkCount, type Decoder, decoderOf, discriminant, onceIterable, units } from './decode.js';
import { type DecodeScope, type FutureType, noDecodeScope, type StreamType } from './deferred.js';
import { type CodecLimits, defaultCodecLimits, elementsOfPending } from './limits.js';
import { decodeUtf8, Reader, trailing, truncated, utf8Length } from './reader.js';
import { typeShape } from './type-shape.js';

/** A {@link Reader} whose bytes come message by message. */
export class FeedReader extends Reader {
  #valueBytes = 0;

  constructor(limits: CodecLimits = defaultCodecLimits) {
    super(new Uint8Array(0), limits);
  }

  get available(): number {
    return this.end - this.pos;
  }

  /** A new value starts here: limits count from now on. */
  begin(): void {
    this.#valueBytes = this.available;
    this.elements = 0;
    this.heapBytes = 0;
  }

  /** The next message, once the one before is read to its end. */
  feed(bytes: Uint8Array): void {
    this.#valueBytes += bytes.length;
    if (this.#valueBytes > this.limits.maxBytes) throw tooLarge(this.limits.maxBytes);
    this.replace(bytes);
  }

  /** Up to `max` bytes that are here, without copying. */
  take(max: number): Uint8Array {
    const start = this.pos;
    this.pos = Math.min(this.end, start + max);
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + start, this.pos - start);
  }
}

/** Bytes that are going to be kept: a copy, where they would keep a buffer of more than four times their size. */
export function detached(bytes: Uint8Array): Uint8Array {
  return bytes.length * 4 < bytes.buffer.byteLength ? new Uint8Array(bytes) : bytes;
}

function tooLarge(maxBytes: number): CodecError {
  return new CodecError('limit-bytes', `value has more than ${maxBytes} bytes; raise maxBytes to accept it`);
}

/** Reads one value, yielding whenever it needs the next message. Nothing is read twice. */
export type StepDecoder = (reader: FeedReader, scope: DecodeScope) => Generator<void, unknown, void>;

const stepDecoders = new WeakMap<WitType, StepDecoder>();

/** The resumable decoder of a type. */
export function stepDecoderOf(type: WitType): StepDecoder {
  const known = stepDecoders.get(type);
  if (known) return known;
  typeShape(type);
  const resumable = buildStepDecoder(type);
  const step = typeShape(type).hasDeferred ? resumable : preferWhole(decoderOf(type), resumable);
  stepDecoders.set(type, step);
  return step;
}

/**
 * Tries the plain decoder once at a value's start: it is many times faster, and most values don't straddle
 * messages. The resumable decoder takes over where the bytes run out, so each nesting level wastes at most one try.
 */
function preferWhole(whole: Decoder, resumable: StepDecoder): StepDecoder {
  return function* (reader, scope) {
    if (reader.available > 0) {
      const { pos, elements, heapBytes } = reader;
      try {
        return whole(reader, scope);
      } catch (error) {
        if (!isTruncated(error)) throw error;
        reader.pos = pos;
        reader.elements = elements;
        reader.heapBytes = heapBytes;
      }
    }
    return yield* resumable(reader, scope);
  };
}

export function isTruncated(error: unknown): boolean {
  return error instanceof CodecError && error.code === 'truncated';
}

function buildStepDecoder(type: WitType): StepDecoder {
  switch (type.kind) {
    case 'bool':
    case 'u8':
    case 's8':
      return scalar(decoderOf(type), (_, have) => have === 1);
    case 'f32':
      return scalar(decoderOf(type), (_, have) => have === 4);
    case 'f64':
      return scalar(decoderOf(type), (_, have) => have === 8);
    case 'u16':
    case 's16':
      return scalar(decoderOf(type), leb128Ends(3));
    case 'u32':
    case 's32':
    case 'enum':
      return scalar(decoderOf(type), leb128Ends(5));
    case 'u64':
    case 's64':
      return scalar(decoderOf(type), leb128Ends(10));
    case 'char':
      return scalar(decoderOf(type), (bytes, have) => have >= Math.max(1, utf8Length(bytes[0] ?? 0)));
    case 'flags':
      return flagsSteps(type.flags.length, decoderOf(type));
    case 'string':
      return stringSteps;
    case 'own':
    case 'borrow':
      return blobSteps;
    case 'error-context':
      throw new CodecError('unsupported-type', 'error-context does not exist in wRPC 0.0.1');
    case 'list':
      return type.element.kind === 'u8' ? blobSteps : listSteps(type.element);
    case 'fixed-list':
      throw new CodecError('unsupported-type', 'a list of a fixed length does not exist in wRPC 0.0.1');
    case 'map':
      return mapSteps(listSteps(entryOf(type)));
    case 'option':
      return optionSteps(type.some);
    case 'result':
      return resultSteps(type.ok, type.err);
    case 'tuple':
      return tupleSteps(type.items);
    case 'record':
      return recordSteps(type.fields);
    case 'variant':
      return variantSteps(type.cases);
    case 'stream':
      return streamSteps(type);
    case 'future':
      return futureSteps(type);
  }
}

function leb128Ends(max: number): (bytes: Uint8Array, have: number) => boolean {
  return (bytes, have) => have === max || (bytes[have - 1] as number) < 0x80;
}

/** A value of a few bytes, collected one by one; `ends` tells when the last one is there. */
function scalar(decoder: Decoder, ends: (bytes: Uint8Array, have: number) => boolean): StepDecoder {
  return function* (reader) {
    const bytes = new Uint8Array(10);
    let have = 0;
    do {
      while (reader.available === 0) yield;
      bytes[have++] = reader.byte();
    } while (!ends(bytes, have));
    return decoder(new Reader(bytes.subarray(0, have), reader.limits), noDecodeScope);
  };
}

function flagsSteps(count: number, decoder: Decoder): StepDecoder {
  const size = Math.ceil(count / 8);
  return function* (reader) {
    const bytes = yield* collect(reader, size);
    return decoder(new Reader(bytes, reader.limits), noDecodeScope);
  };
}

const lengthSteps = scalar((reader) => reader.u32(), leb128Ends(5));

/** A length, a count or a case index. */
export function* u32Steps(reader: FeedReader): Generator<void, number, void> {
  return (yield* lengthSteps(reader, noDecodeScope)) as number;
}

/** `length` bytes in one array of their own. Parts are kept until all are there: a claimed length reserves nothing. */
function* collect(reader: FeedReader, length: number): Generator<void, Uint8Array, void> {
  if (length > reader.limits.maxBytes) throw tooLarge(reader.limits.maxBytes);
  const parts: Uint8Array[] = [];
  let missing = length;
  while (missing > 0) {
    while (reader.available === 0) yield;
    const part = reader.take(missing);
    missing -= part.length;
    parts.push(missing > 0 ? detached(part) : part);
  }
  const bytes = new Uint8Array(length);
  let pos = 0;
  for (const part of parts) {
    bytes.set(part, pos);
    pos += part.length;
  }
  return bytes;
}

const blobSteps: StepDecoder = function* (reader) {
  return yield* collect(reader, yield* u32Steps(reader));
};

const stringSteps: StepDecoder = function* (reader) {
  const bytes = yield* collect(reader, yield* u32Steps(reader));
  return decodeUtf8(bytes, 0, bytes.length, 'bad-utf8');
};

function listSteps(elementType: WitType): StepDecoder {
  const element = stepDecoderOf(elementType);
  const shape = typeShape(elementType);
  const { hasDeferred, heapBytes } = shape;
  return function* (reader, scope) {
    const count = yield* u32Steps(reader);
    checkCount(reader, count, shape);
    const items: unknown[] = [];
    for (let i = 0; i < count; i++) {
      // One by one: a claimed count holds nothing.
      reader.heapBytes += heapBytes;
      items.push(yield* element(reader, hasDeferred ? scope.child(i) : scope));
    }
    return items;
  };
}

function mapSteps(entries: StepDecoder): StepDecoder {
  return function* (reader, scope) {
    return new Map((yield* entries(reader, scope)) as [unknown, unknown][]);
  };
}

function* byteSteps(reader: FeedReader): Generator<void, number, void> {
  while (reader.available === 0) yield;
  return reader.byte();
}

function optionSteps(some: WitType): StepDecoder {
  const payload = stepDecoderOf(some);
  const isTagged = some.kind === 'option';
  return function* (reader, scope) {
    const isSome = discriminant(yield* byteSteps(reader), 'option') === 1;
    if (!isSome) return isTagged ? { tag: 'none' } : undefined;
    const val = yield* payload(reader, scope);
    return isTagged ? { tag: 'some', val } : val;
  };
}

function resultSteps(okType: WitType | undefined, errType: WitType | undefined): StepDecoder {
  const ok = okType && stepDecoderOf(okType);
  const err = errType && stepDecoderOf(errType);
  return function* (reader, scope) {
    const isErr = discriminant(yield* byteSteps(reader), 'result') === 1;
    const payload = isErr ? err : ok;
    const val = payload ? yield* payload(reader, scope) : undefined;
    return { tag: isErr ? 'err' : 'ok', val };
  };
}

function tupleSteps(items: readonly WitType[]): StepDecoder {
  const members = items.map((item) => ({
    steps: stepDecoderOf(item),
    hasDeferred: typeShape(item).hasDeferred,
  }));
  return function* (reader, scope) {
    const value: unknown[] = [];
    for (const [i, { steps, hasDeferred }] of members.entries()) {
      value.push(yield* steps(reader, hasDeferred ? scope.child(i) : scope));
    }
    return value;
  };
}

function recordSteps(fields: readonly { readonly name: string; readonly type: WitType }[]): StepDecoder {
  const members = fields.map(({ name, type }) => ({
    key: camelCase(name) as string,
    steps: stepDecoderOf(type),
    hasDeferred: typeShape(type).hasDeferred,
  }));
  return function* (reader, scope) {
    const entries: [string, unknown][] = [];
    for (const [i, { key, steps, hasDeferred }] of members.entries()) {
      entries.push([key, yield* steps(reader, hasDeferred ? scope.child(i) : scope)]);
    }
    return Object.fromEntries(entries);
  };
}

function variantSteps(cases: readonly { readonly name: string; readonly type?: WitType }[]): StepDecoder {
  const known = cases.map(({ name, type }) => ({ tag: name, payload: type && stepDecoderOf(type) }));
  return function* (reader, scope) {
    const { tag, payload } = caseAt(known, yield* u32Steps(reader));
    return payload ? { tag, val: yield* payload(reader, scope) } : { tag };
  };
}

const unitsSteps: StepDecoder = function* (reader) {
  return units(reader, yield* u32Steps(reader));
};

function streamSteps(type: StreamType): StepDecoder {
  const ready = type.element ? stepDecoderOf({ kind: 'list', element: type.element }) : unitsSteps;
  return function* (reader, scope) {
    while (reader.available === 0) yield;
    if (reader.bytes[reader.pos] === 0) {
      reader.pos++;
      reader.countElements(elementsOfPending);
      return scope.stream(type);
    }
    // A count other than 0: the stream's whole content is here (docs/spec/wrpc.md#6.1).
    return onceIterable(yield* ready(reader, scope));
  };
}

function futureSteps(type: FutureType): StepDecoder {
  const ready = type.value && stepDecoderOf(type.value);
  return function* (reader, scope) {
    if (discriminant(yield* byteSteps(reader), 'future') === 0) {
      reader.countElements(elementsOfPending);
      return scope.future(type);
    }
    return Promise.resolve(ready ? yield* ready(reader, scope) : undefined);
  };
}

/** Decodes one value from messages as they come; boundaries may be anywhere. */
export class IncrementalDecoder {
  readonly #type: WitType;
  readonly #limits: CodecLimits;
  readonly #scope: DecodeScope;
  #result: unknown;
  #isComplete = false;
  #wholeHeapBytes = 0;
  #resumable: { readonly reader: FeedReader; readonly steps: Generator<void, unknown, void> } | undefined;

  /** @param scope gives the streams and futures of the value; needed for types that hold any */
  constructor(type: WitType, limits: CodecLimits = defaultCodecLimits, scope: DecodeScope = noDecodeScope) {
    this.#type = type;
    this.#limits = limits;
    this.#scope = scope;
    if (typeShape(type).minBytes === 0) this.#decodeWhole(new Uint8Array(0));
  }

  /** Whether the value is complete; one that encodes to nothing is from the start. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Memory of the list elements decoded so far, besides what is as long as their bytes are. */
  get heapBytes(): number {
    return this.#resumable ? this.#resumable.reader.heapBytes : this.#wholeHeapBytes;
  }

  /** The value, once {@link IncrementalDecoder.isComplete}. */
  get value(): unknown {
    if (!this.#isComplete) throw truncated();
    return this.#result;
  }

  /**
   * @returns {@link IncrementalDecoder.isComplete}
   * @throws CodecError for bytes that are no value, among them bytes behind the value's end
   */
  push(bytes: Uint8Array): boolean {
    if (bytes.length === 0) return this.#isComplete;
    if (this.#isComplete) throw trailing(bytes.length);
    if (!this.#resumable && this.#decodeWhole(bytes)) return true;
    const { reader, steps } = this.#resume();
    reader.feed(bytes);
    const step = steps.next();
    if (step.done) {
      if (reader.available > 0) throw trailing(reader.available);
      this.#finish(step.value);
    }
    return this.#isComplete;
  }

  /** Most values come in one message: the plain decoder is many times faster than the resumable one. */
  #decodeWhole(bytes: Uint8Array): boolean {
    if (bytes.length > this.#limits.maxBytes) throw tooLarge(this.#limits.maxBytes);
    const reader = new Reader(bytes, this.#limits);
    try {
      const value = decoderOf(this.#type)(reader, this.#scope);
      reader.finish();
      this.#wholeHeapBytes = reader.heapBytes;
      this.#finish(value);
      return true;
    } catch (error) {
      if (!isTruncated(error)) throw error;
      return false;
    }
  }

  #resume(): { readonly reader: FeedReader; readonly steps: Generator<void, unknown, void> } {
    if (!this.#resumable) {
      const reader = new FeedReader(this.#limits);
      this.#resumable = { reader, steps: stepDecoderOf(this.#type)(reader, this.#scope) };
    }
    return this.#resumable;
  }

  #finish(value: unknown): void {
    this.#result = value;
    this.#isComplete = true;
  }
}
