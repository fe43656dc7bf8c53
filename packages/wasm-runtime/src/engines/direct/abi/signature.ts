import type { WitFunction, WitType } from '@wasmlattice/rpc';
import { childTypes } from '../../../formats/component/types/walk.js';
import type { Codec } from './codec.js';
import { compileType } from './compile-type.js';
import { type CoreType, maxFlatParams, maxFlatResults, sequenceLayout } from './layout.js';
import { type ResultCodec, resultCodec } from './results.js';

/** A parameter, with its place: in memory when {@link Signature.spilled}, otherwise among the core values. */
export interface Param {
  readonly codec: Codec;
  readonly place: number;
}

/** A function's type, compiled. */
export interface Signature {
  readonly params: readonly Param[];
  /** Set when the parameters are too many for core values and lie in memory. */
  readonly spilled: { readonly size: number; readonly align: number } | undefined;
  /** Core values that the parameters take. */
  readonly coreParams: readonly CoreType[];
  /** How many. */
  readonly flatParams: number;
  readonly result: Codec | undefined;
  /** The same, when it is a WIT result. */
  readonly witResult: ResultCodec | undefined;
  /** Whether the result lies in memory. */
  readonly resultInMemory: boolean;
  /** Whether a call could both borrow a resource and give it away. */
  readonly tracksLends: boolean;
}

export function compileSignature({ params, result }: WitFunction): Signature {
  const codecs = params.map(({ type }) => compileType(type));
  const layout = sequenceLayout(codecs.map((codec) => codec.layout));
  const isSpilled = layout.flat.length > maxFlatParams;
  const places = isSpilled ? layout.offsets : layout.slots;
  const witResult =
    result?.kind === 'result'
      ? resultCodec(result.ok && compileType(result.ok), result.err && compileType(result.err))
      : undefined;
  const resultType = witResult ?? (result && compileType(result));
  const types = params.map(({ type }) => type);
  return {
    params: codecs.map((codec, i) => ({ codec, place: places[i] ?? 0 })),
    spilled: isSpilled ? layout : undefined,
    coreParams: isSpilled ? ['i32'] : layout.flat,
    flatParams: isSpilled ? 1 : layout.flat.length,
    result: resultType,
    witResult,
    resultInMemory: (resultType?.layout.flat.length ?? 0) > maxFlatResults,
    tracksLends: contains(types, 'own') && contains(types, 'borrow'),
  };
}

function contains(types: Iterable<WitType>, kind: WitType['kind']): boolean {
  for (const type of types) if (type.kind === kind || contains(childTypes(type), kind)) return true;
  return false;
}
