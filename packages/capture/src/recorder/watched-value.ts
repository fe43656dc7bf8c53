import { camelCase, memberOf, type WitType } from '@wasmlattice/rpc';
import { type JsonValue, valueToJson } from '@wasmlattice/rpc/json';
import { bytesToJson } from '../file/bytes.js';
import { hasNoJson } from '../file/has-no-json.js';
import type { RecordedFuture, RecordedStream } from '../file/records.js';
import { numberOfHandle } from '../file/value-from-record.js';
import type { Masks } from './masks.js';

/** A value on its way, and what is recorded of it. */
export interface Watched {
  /** To be handed on in place of the value. */
  readonly value: unknown;
  /** What is known by now; streams and futures are filled in as they go. */
  json(): JsonValue;
}

/** What the values of an invocation share. */
export interface Watching {
  readonly masks: Masks;
  readonly handles: HandleNumbers;
  /** Bytes or items of one stream that are recorded. */
  readonly longestStream: number;
}

/** Numbers handles in the order in which they are seen: what they are made of is of no interest, and different each time. */
export class HandleNumbers {
  readonly #numbers = new Map<string, number>();
  #last = 0;

  of(handle: Uint8Array): number {
    const given = numberOfHandle(handle);
    if (given !== undefined) {
      this.#last = Math.max(this.#last, given);
      return given;
    }
    const key = Buffer.from(handle).toString('latin1');
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, ++this.#last);
    return this.#last;
  }
}

const fixed = (value: unknown, json: JsonValue): Watched => ({ value, json: () => json });

/** Watches a value of a type. What has a form in JSON is read at once. */
export function watchValue(type: WitType, value: unknown, watching: Watching): Watched {
  const { masks, handles } = watching;
  const inner = (part: WitType, member: unknown): Watched => watchValue(part, member, watching);
  switch (type.kind) {
    case 'own':
    case 'borrow':
      return fixed(value, { handle: handles.of(value as Uint8Array) });
    case 'stream':
      return watchStream(type, value as AsyncIterable<Iterable<unknown>>, watching);
    case 'future':
      return watchFuture(type, value as Promise<unknown>, watching);
    case 'list':
      if (type.element.kind === 'u8') return fixed(value, bytesToJson(value as Uint8Array));
      return joined(
        [...(value as Iterable<unknown>)].map((item) => inner(type.element, item)),
        (items) => items,
        (items) => items,
        hasNoJson(type) ? undefined : value,
      );
    case 'fixed-list':
      return fixed(value, valueToJson(type, value, 'value'));
    case 'map': {
      const pairs = [...(value as Iterable<readonly [unknown, unknown]>)];
      const json = pairs.map(([key, member]) => [
        inner(type.key, key).json(),
        named(String(key), inner(type.value, member).json()),
      ]);
      return fixed(
        value,
        type.key.kind === 'string' ? Object.fromEntries(json as [string, JsonValue][]) : json,
      );
    }
    case 'option': {
      if (type.some.kind === 'option') {
        const { tag, val } = value as { readonly tag: string; readonly val?: unknown };
        if (tag === 'none') return fixed(value, null);
        const some = inner(type.some, val);
        return { value: { tag, val: some.value }, json: () => ({ some: some.json() }) };
      }
      return value === undefined ? fixed(value, null) : inner(type.some, value);
    }
    case 'result': {
      const { tag, val } = value as { readonly tag: 'ok' | 'err'; readonly val?: unknown };
      const payload = type[tag];
      if (payload === undefined) return fixed(value, { [tag]: null });
      const held = inner(payload, val);
      return { value: { tag, val: held.value }, json: () => ({ [tag]: held.json() }) };
    }
    case 'variant': {
      const { tag, val } = value as { readonly tag: string; readonly val?: unknown };
      const payload = type.cases.find(({ name }) => name === tag)?.type;
      if (payload === undefined) return fixed(value, tag);
      const held = inner(payload, val);
      return { value: { tag, val: held.value }, json: () => ({ [tag]: held.json() }) };
    }
    case 'tuple': {
      const members = value as readonly unknown[];
      const [first] = members;
      const isPair = type.items.length === 2 && typeof first === 'string' && masks.isNamed(first);
      return joined(
        type.items.map((item, at) => inner(item, members[at])),
        (items) => items,
        ([key = null, ...rest]) =>
          isPair ? [key, ...rest.map((each) => masks.named(first, each))] : [key, ...rest],
        hasNoJson(type) ? undefined : value,
      );
    }
    case 'record': {
      const members = type.fields.map(({ name, type: field }) =>
        inner(field, memberOf(value as object, camelCase(name))),
      );
      const names = type.fields.map(({ name }) => name);
      return joined(
        members,
        (values) => Object.fromEntries(names.map((name, at) => [camelCase(name), values[at]])),
        (json) =>
          Object.fromEntries(names.map((name, at) => [name, shownField(name, json[at] ?? null, masks)])),
        hasNoJson(type) ? undefined : value,
      );
    }
    default:
      return fixed(value, valueToJson(type, value, 'value'));
  }

  function named(name: string, json: JsonValue): JsonValue {
    return masks.isNamed(name) ? masks.named(name, json) : json;
  }
}

/** A field or parameter by its name. */
export function shownField(name: string, json: JsonValue, masks: Masks): JsonValue {
  if (masks.isNamed(name)) return masks.named(name, json);
  return name === 'path-with-query' && typeof json === 'string' ? masks.path(json) : json;
}

/** @param whole the value itself, where nothing in it is watched on its way */
function joined(
  parts: readonly Watched[],
  join: (values: readonly unknown[]) => unknown,
  joinJson: (json: readonly JsonValue[]) => JsonValue,
  whole: unknown,
): Watched {
  return {
    value: whole ?? join(parts.map(({ value }) => value)),
    json: () => joinJson(parts.map((part) => part.json())),
  };
}

function watchStream(
  { element }: Extract<WitType, { kind: 'stream' }>,
  stream: AsyncIterable<Iterable<unknown>>,
  watching: Watching,
): Watched {
  const isBytes = element?.kind === 'u8';
  const record = isBytes
    ? new ByteRecord(watching.longestStream)
    : new ItemRecord(
        (item) => (element === undefined ? null : watchValue(element, item, watching).json()),
        watching,
      );
  return {
    value: { [Symbol.asyncIterator]: () => teed(stream, record) },
    json: () => record.json() as unknown as JsonValue,
  };
}

/** What goes through a stream is put down here. */
interface StreamRecord {
  took(chunk: Iterable<unknown>): void;
  ended(): void;
  failed(cause: unknown): void;
  json(): RecordedStream;
}

async function* teed(
  stream: AsyncIterable<Iterable<unknown>>,
  record: StreamRecord,
): AsyncGenerator<Iterable<unknown>, void> {
  try {
    for await (const chunk of stream) {
      record.took(chunk);
      yield chunk;
    }
    record.ended();
  } catch (cause) {
    record.failed(cause);
    throw cause;
  }
}

/** A body or another stream of bytes. */
export class ByteRecord implements StreamRecord {
  readonly #longest: number;
  readonly #chunks: Uint8Array[] = [];
  #kept = 0;
  #length = 0;
  #end: RecordedStream['end'] = 'open';
  #failure: string | undefined;

  constructor(longest: number) {
    this.#longest = longest;
  }

  /** Whether anything happened to it. */
  get isUsed(): boolean {
    return this.#length > 0 || this.#end !== 'open';
  }

  took(chunk: Iterable<unknown>): void {
    const bytes = chunk as Uint8Array;
    this.#length += bytes.length;
    const room = this.#longest - this.#kept;
    if (room <= 0 || bytes.length === 0) return;
    const kept = bytes.slice(0, room);
    this.#chunks.push(kept);
    this.#kept += kept.length;
  }

  ended(): void {
    this.#end = 'whole';
  }

  failed(cause: unknown): void {
    this.#end = 'failed';
    this.#failure = cause instanceof Error ? cause.message : String(cause);
  }

  json(): RecordedStream {
    return {
      bytes: bytesToJson(Buffer.concat(this.#chunks)),
      ...endOf(this.#end, this.#length, this.#kept, this.#failure),
    };
  }
}

class ItemRecord implements StreamRecord {
  readonly #read: (item: unknown) => JsonValue;
  readonly #longest: number;
  readonly #items: JsonValue[] = [];
  #length = 0;
  #end: RecordedStream['end'] = 'open';
  #failure: string | undefined;

  constructor(read: (item: unknown) => JsonValue, { longestStream }: Watching) {
    this.#read = read;
    // An item is some bytes at least.
    this.#longest = Math.ceil(longestStream / 16);
  }

  took(chunk: Iterable<unknown>): void {
    for (const item of chunk) {
      this.#length++;
      if (this.#items.length < this.#longest) this.#items.push(this.#read(item));
    }
  }

  ended(): void {
    this.#end = 'whole';
  }

  failed(cause: unknown): void {
    this.#end = 'failed';
    this.#failure = cause instanceof Error ? cause.message : String(cause);
  }

  json(): RecordedStream {
    return { items: this.#items, ...endOf(this.#end, this.#length, this.#items.length, this.#failure) };
  }
}

function endOf(
  end: RecordedStream['end'],
  length: number,
  kept: number,
  failure: string | undefined,
): Pick<RecordedStream, 'end' | 'length' | 'failure'> {
  if (length > kept) return { end: 'cut', length };
  return { end, ...(failure !== undefined && { failure }) };
}

function watchFuture(
  { value: type }: Extract<WitType, { kind: 'future' }>,
  future: Promise<unknown>,
  watching: Watching,
): Watched {
  let state: { readonly held: Watched } | { readonly failure: string } | undefined;
  const value = future.then(
    (settled) => {
      const held = type === undefined ? fixed(settled, null) : watchValue(type, settled, watching);
      state = { held };
      return held.value;
    },
    (cause: unknown) => {
      state = { failure: cause instanceof Error ? cause.message : String(cause) };
      throw cause;
    },
  );
  // Nobody may want it.
  value.catch(() => {});
  const json = (): RecordedFuture => {
    if (state === undefined) return { open: true };
    return 'held' in state ? { value: state.held.json() } : state;
  };
  return { value, json: json as () => JsonValue };
}
