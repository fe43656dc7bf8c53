import { randomFillSync } from 'node:crypto';

const poolBytes = 16 * 1024;

/** More at once is made for itself. */
const mostOfPool = 4 * 1024;

/** Bytes filled at a time. */
const chunkBytes = 1024 * 1024;

const pool = new Uint8Array(poolBytes);
const view = new DataView(pool.buffer);
let next = poolBytes;

/**
 * Bytes of the system's secure generator. Guests ask for a few at a time, some of them ten times a request, and a call of the generator
 * costs as much for 8 bytes as for 2,000: so they come from a pool of the thread, which forgets each byte that it has given out.
 */
export function secureBytes(length: number): Uint8Array {
  if (length <= mostOfPool) {
    const start = reserve(length);
    const bytes = pool.slice(start, next);
    pool.fill(0, start, next);
    return bytes;
  }
  const bytes = new Uint8Array(length);
  for (let start = 0; start < length; start += chunkBytes) {
    randomFillSync(bytes, start, Math.min(chunkBytes, length - start));
  }
  return bytes;
}

export function secureU64(): bigint {
  const start = reserve(8);
  const value = view.getBigUint64(start, true);
  view.setBigUint64(start, 0n);
  return value;
}

/** The bytes from the returned index to `next` are the caller's. */
function reserve(length: number): number {
  if (next + length > poolBytes) {
    randomFillSync(pool);
    next = 0;
  }
  const start = next;
  next += length;
  return start;
}
