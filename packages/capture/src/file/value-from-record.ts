import { camelCase, WholeFuture, type WitType } from '@wasmlattice/rpc';
import { type JsonValue, jsonToValue } from '@wasmlattice/rpc/json';
import { hasNoJson } from './has-no-json.js';
import type { RecordedFuture, RecordedStream } from './records.js';

/** The number of a handle as bytes, which whoever gets the handle gives back. */
export function handleBytes(handle: number): Uint8Array {
  return new TextEncoder().encode(`handle-${handle}`);
}

/** The inverse of {@link handleBytes}; `undefined` for handles of others. */
export function numberOfHandle(bytes: Uint8Array): number | undefined {
  const [, digits] = /^handle-(\d+)$/.exec(Buffer.from(bytes).toString('latin1')) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * What was recorded of a value → the value, as {@link WitType} has it: streams give what was recorded of them and end as they ended.
 *
 * @param path names the value in errors
 * @throws JsonValueError where the record is no value of the type: other code may have changed that
 */
export function valueFromRecord(type: WitType, json: JsonValue, path: string): unknown {
  if (!hasNoJson(type)) return jsonToValue(type, json, path);
  switch (type.kind) {
    case 'own':
    case 'borrow':
      return handleBytes((json as { readonly handle: number }).handle);
    case 'stream':
      return streamOf(type, json as unknown as RecordedStream, path);
    case 'future':
      return futureOf(type, json as RecordedFuture, path);
    case 'list':
    case 'fixed-list':
      return itemsOf(json, (item, at) => valueFromRecord(type.element, item, `${path}[${at}]`));
    case 'option':
      if (json === null) return type.some.kind === 'option' ? { tag: 'none' } : undefined;
      if (type.some.kind !== 'option') return valueFromRecord(type.some, json, path);
      return { tag: 'some', val: valueFromRecord(type.some, memberOf(json, 'some'), `${path}.some`) };
    case 'tuple':
      return type.items.map((item, at) =>
        valueFromRecord(item, (json as readonly JsonValue[])[at] ?? null, `${path}[${at}]`),
      );
    case 'record':
      return Object.fromEntries(
        type.fields.map((field) => [
          camelCase(field.name),
          valueFromRecord(field.type, memberOf(json, field.name), `${path}.${field.name}`),
        ]),
      );
    case 'result': {
      const tag = Object.hasOwn(json as object, 'ok') ? 'ok' : 'err';
      const payload = type[tag];
      return {
        tag,
        val: payload && valueFromRecord(payload, memberOf(json, tag), `${path}.${tag}`),
      };
    }
    case 'variant': {
      const tag = typeof json === 'string' ? json : (Object.keys(json as object)[0] ?? '');
      const payload = type.cases.find(({ name }) => name === tag)?.type;
      return payload === undefined
        ? { tag }
        : { tag, val: valueFromRecord(payload, memberOf(json, tag), `${path}.${tag}`) };
    }
    default:
      return jsonToValue(type, json, path);
  }
}

/** A result that is a future as a whole is not waited for. */
export function resultFromRecord(type: WitType, json: JsonValue, isWholeFuture: boolean): unknown {
  const value = valueFromRecord(type, json, 'result');
  return isWholeFuture && type.kind === 'future' ? new WholeFuture(value as Promise<unknown>) : value;
}

function memberOf(json: JsonValue, name: string): JsonValue {
  return (json as Readonly<Record<string, JsonValue>>)[name] ?? null;
}

function itemsOf(json: JsonValue, read: (item: JsonValue, at: number) => unknown): unknown[] {
  return (json as readonly JsonValue[]).map(read);
}

async function* streamOf(
  { element }: Extract<WitType, { kind: 'stream' }>,
  { bytes, items = [], end, failure }: RecordedStream,
  path: string,
): AsyncGenerator<unknown, void> {
  if (bytes !== undefined) {
    const chunk = jsonToValue({ kind: 'list', element: { kind: 'u8' } }, bytes, path) as Uint8Array;
    if (chunk.length > 0) yield chunk;
  } else if (items.length > 0) {
    yield items.map((item, at) => element && jsonToValue(element, item, `${path}[${at}]`));
  }
  if (end === 'failed') throw new Error(failure);
}

function futureOf(
  { value: type }: Extract<WitType, { kind: 'future' }>,
  recorded: RecordedFuture,
  path: string,
): Promise<unknown> {
  if ('failure' in recorded) {
    const failed = Promise.reject(new Error(recorded.failure));
    failed.catch(() => {});
    return failed;
  }
  // One that was open when the invocation was over is never settled.
  if (!('value' in recorded)) return new Promise(() => {});
  return Promise.resolve(type && valueFromRecord(type, recorded.value, path));
}
