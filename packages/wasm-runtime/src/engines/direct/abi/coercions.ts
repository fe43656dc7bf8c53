import type { CoreType } from './layout.js';

type Flat = number | bigint;

/**
 * One core value of a variant that its cases use as different types.
 *
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#flat-lifting
 */
export interface Coercion {
  /** Position among the core values of the payload. */
  readonly at: number;
  /** From the type the cases share to the one the payload has. */
  readonly narrow: (value: Flat) => Flat;
  readonly widen: (value: Flat) => Flat;
}

type Conversion = Pick<Coercion, 'narrow' | 'widen'>;

const scratch = new DataView(new ArrayBuffer(8));

function f32Bits(value: Flat): number {
  scratch.setFloat32(0, value as number);
  return scratch.getInt32(0);
}

function f32FromBits(bits: Flat): number {
  scratch.setInt32(0, bits as number);
  return scratch.getFloat32(0);
}

function f64Bits(value: Flat): bigint {
  scratch.setFloat64(0, value as number);
  return scratch.getBigInt64(0);
}

function f64FromBits(bits: Flat): number {
  scratch.setBigInt64(0, bits as bigint);
  return scratch.getFloat64(0);
}

const wrap = (value: Flat): number => Number(BigInt.asIntN(32, value as bigint));
const extend = (value: Flat): bigint => BigInt((value as number) >>> 0);

const conversions: Readonly<Record<string, Conversion>> = {
  'f32 as i32': { narrow: f32FromBits, widen: f32Bits },
  'i32 as i64': { narrow: wrap, widen: extend },
  'f32 as i64': { narrow: (value) => f32FromBits(wrap(value)), widen: (value) => extend(f32Bits(value)) },
  'f64 as i64': { narrow: f64FromBits, widen: f64Bits },
};

/** What it takes to pass core values of the types `own` as values of the types `shared`. */
export function coercionsFor(own: readonly CoreType[], shared: readonly CoreType[]): readonly Coercion[] {
  return own.flatMap((type, at) => {
    const conversion = conversions[`${type} as ${shared[at]}`];
    return conversion === undefined ? [] : [{ at, ...conversion }];
  });
}
