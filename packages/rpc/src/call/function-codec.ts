import { CodecError } from '../codec/codec-error.js';
import type { DeferredValue, IndexPath } from '../codec/deferred.js';
import { EncodeScope } from '../codec/deferred.js';
import { encoderOf, unflattened } from '../codec/encode.js';
import { typeShape } from '../codec/type-shape.js';
import { Writer } from '../codec/writer.js';
import { formatType } from '../format-type.js';
import { entryOf } from '../map-entry.js';
import { wireName } from '../names.js';
import type { WitFunction, WitType } from '../types.js';

/** The synchronous bytes of params or results, and what has to follow on channels. */
export interface EncodedValue {
  readonly bytes: Uint8Array;
  readonly deferred: readonly DeferredValue[];
}

/** A function prepared for the wire; params and results are tuples there (docs/spec/wrpc.md#5). */
export interface FunctionCodec {
  readonly wireName: string;
  readonly paramCount: number;
  readonly params: WitType;
  readonly results: WitType;
  readonly hasDeferredParams: boolean;
  readonly hasDeferredResults: boolean;
  /** @throws CodecError */
  encodeParams(params: readonly unknown[]): EncodedValue;
  /** @throws CodecError that names the function and its result */
  encodeResult(result: unknown): EncodedValue;
}

const codecs = new WeakMap<WitFunction, FunctionCodec>();

/**
 * Errors: `CodecError` `unsupported-type` or `limit-nesting` for a function that can't be called over wRPC.
 */
export function functionCodec(func: WitFunction): FunctionCodec {
  const known = codecs.get(func);
  if (known) return known;
  const params: WitType = { kind: 'tuple', items: func.params.map((param) => param.type) };
  const results: WitType = { kind: 'tuple', items: func.result ? [func.result] : [] };
  const encodeParams = encoderOf(params);
  const encodeResults = encoderOf(results);
  const { result } = func;
  const codec: FunctionCodec = {
    wireName: wireName(func.name),
    paramCount: func.params.length,
    params,
    results,
    hasDeferredParams: typeShape(params).hasDeferred,
    hasDeferredResults: typeShape(results).hasDeferred,
    encodeParams: (values) => encodeWhole(encodeParams, values),
    encodeResult: (value) => {
      try {
        return encodeWhole(encodeResults, result ? [unflattened(result, value)] : []);
      } catch (cause) {
        if (result === undefined || !(cause instanceof CodecError)) throw cause;
        const written = formatType(result);
        const expected = written.length > 80 ? result.kind : written;
        const detail = `the handler of ${func.name} returned no ${expected}: ${cause.message}`;
        throw new CodecError(cause.code, detail, { cause });
      }
    },
  };
  codecs.set(func, codec);
  return codec;
}

function encodeWhole(encoder: ReturnType<typeof encoderOf>, value: unknown): EncodedValue {
  const writer = new Writer();
  const scope = new EncodeScope();
  encoder(writer, value, scope);
  return { bytes: writer.finish(), deferred: scope.deferred };
}

/**
 * Whether a stream or future may sit at this path of a type. Anything else on a channel subject is not ours to
 * keep: upstream also closes the channels of the records in between.
 */
export function isDeferredPath(type: WitType, path: IndexPath, depth = 0): boolean {
  const index = path[depth];
  switch (type.kind) {
    case 'tuple':
      return inMember(type.items[index ?? -1], path, depth);
    case 'record':
      return inMember(type.fields[index ?? -1]?.type, path, depth);
    case 'list':
      return index !== undefined && isDeferredPath(type.element, path, depth + 1);
    case 'map':
      return index !== undefined && isDeferredPath(entryOf(type), path, depth + 1);
    case 'option':
      return isDeferredPath(type.some, path, depth);
    case 'result':
      return [type.ok, type.err].some((payload) => payload && isDeferredPath(payload, path, depth));
    case 'variant':
      return type.cases.some((witCase) => witCase.type && isDeferredPath(witCase.type, path, depth));
    case 'stream':
      if (index === undefined) return true;
      return type.element !== undefined && isDeferredPath(type.element, path, depth + 1);
    case 'future':
      if (index === undefined) return true;
      return type.value !== undefined && isDeferredPath(type.value, path, depth);
    default:
      return false;
  }
}

function inMember(member: WitType | undefined, path: IndexPath, depth: number): boolean {
  return member !== undefined && isDeferredPath(member, path, depth + 1);
}
