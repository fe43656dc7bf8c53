import type { WitType } from '../types.js';

/** What an integer type holds. Values of types of 64 bits are bigints. */
export interface IntegerRange {
  readonly min: bigint;
  readonly max: bigint;
  readonly isBig: boolean;
}

export function isInteger({ kind }: WitType): boolean {
  return /^[su](8|16|32|64)$/.test(kind);
}

export function integerRange({ kind }: WitType): IntegerRange {
  const bits = BigInt(kind.slice(1));
  const isSigned = kind.startsWith('s');
  const values = 2n ** bits;
  return {
    min: isSigned ? -values / 2n : 0n,
    max: (isSigned ? values / 2n : values) - 1n,
    isBig: bits === 64n,
  };
}
