import type { Cursor } from './cursor.js';

/** What a module says of a memory, or in the same form of a table. */
export interface Limits {
  readonly flags: number;
  /** In pages; exact up to 2^53. */
  readonly minimum: number;
  /** What was declared, in pages. */
  readonly maximum: number | undefined;
  /** The exponent of 2 that is the size of a page in bytes. */
  readonly pageExponent: number;
}

export const limitFlags = { maximum: 0x01, shared: 0x02, wide: 0x04, pageSize: 0x08 } as const;

export const standardPageExponent = 16;

export function readLimits(cursor: Cursor): Limits {
  const flags = cursor.byte();
  const has = (flag: number): boolean => (flags & flag) !== 0;
  const count = (): number => (has(limitFlags.wide) ? cursor.u64() : cursor.u32());
  return {
    flags,
    minimum: count(),
    maximum: has(limitFlags.maximum) ? count() : undefined,
    pageExponent: has(limitFlags.pageSize) ? cursor.u32() : standardPageExponent,
  };
}
