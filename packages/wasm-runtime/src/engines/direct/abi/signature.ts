import type { WitFunction, WitType } from '@wasmlattice/rpc';
import { childTypes } from '../../../formats/component/types/walk.js';
import type { Codec } from './codec.js';
import { compileType } from './compile-type.js';
import { type CoreType, maxFlatParams, maxFlatResults, type Pointer, sequenceLayout } from './layout.js';
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
  readonly pointer: Pointer;
  /** Core values that the parameters take. */
  readonly coreParams: readonly CoreType[];
  /** How many. */
  readonly flatParams: number;
  readonly result: Codec | undefined;
  /** The same, when it is a WIT result. */
  readonly witResult: ResultCodec | undefined;
  /** Whether the result lies in memory. */
  readonly resultInMemory: boolean;
  /** Whether a call borrows a resource. */
  readonly borrows: boolean;
  /** Whether a call could both borrow a resource and give it away. */
  readonly tracksLends: boolean;
}

/** What the signature of a function is made of. */
export type FunctionType = Pick<WitFunction, 'params'> & { readonly result?: WitType | undefined };

/**
 * @param pointer of the memory that the function is lifted from or lowered into
 * @param maxParams most core values that the parameters are passed as
 */
export function compileSignature(
  { params, result }: FunctionType,
  pointer: Pointer = 'i32',
  maxParams: number = maxFlatParams,
): Signature {
  const compile = (type: WitType): Codec => compileType(type, pointer);
  const codecs = params.map(({ type }) => compile(type));
  const layout = sequenceLayout(codecs.map((codec) => codec.layout));
  const isSpilled = layout.flat.length > maxParams;
  const places = isSpilled ? layout.offsets : layout.slots;
  const witResult =
    result?.kind === 'result'
      ? resultCodec(result.ok && compile(result.ok), result.err && compile(result.err))
      : undefined;
  const resultType = witResult ?? (result && compile(result));
  const types = params.map(({ type }) => type);
  const borrows = contains(types, 'borrow');
  return {
    params: codecs.map((codec, i) => ({ codec, place: places[i] ?? 0 })),
    spilled: isSpilled ? layout : undefined,
    pointer,
    coreParams: isSpilled ? [pointer] : layout.flat,
    flatParams: isSpilled ? 1 : layout.flat.length,
    result: resultType,
    witResult,
    resultInMemory: (resultType?.layout.flat.length ?? 0) > maxFlatResults,
    borrows,
    tracksLends: borrows && contains(types, 'own'),
  };
}

/** The signature of a function for each kind of memory; that for 32-bit memories, which are usual, at once. */
export function compileSignatures(
  func: FunctionType,
  maxParams: number = maxFlatParams,
): (pointer: Pointer) => Signature {
  const narrow = compileSignature(func, 'i32', maxParams);
  let wide: Signature | undefined;
  return (pointer) => {
    if (pointer === 'i32') return narrow;
    wide ??= compileSignature(func, 'i64', maxParams);
    return wide;
  };
}

/** Core values that a function takes and gives. */
export interface CoreSignature {
  readonly params: readonly CoreType[];
  readonly result: CoreType | undefined;
}

/** Of the core function that a guest imports. */
export function loweredSignature({ coreParams, result, resultInMemory, pointer }: Signature): CoreSignature {
  return resultInMemory
    ? { params: [...coreParams, pointer], result: undefined }
    : { params: coreParams, result: result?.layout.flat[0] };
}

/** Of the core function that a guest exports. */
export function liftedSignature({ coreParams, result, resultInMemory, pointer }: Signature): CoreSignature {
  return { params: coreParams, result: resultInMemory ? pointer : result?.layout.flat[0] };
}

function contains(types: Iterable<WitType>, kind: WitType['kind']): boolean {
  for (const type of types) if (type.kind === kind || contains(childTypes(type), kind)) return true;
  return false;
}
