import type { Chunks } from './blob-store.js';

/** The same bytes in chunks of `size`, the last one shorter, each in memory of its own. None at all of no bytes. */
export async function* sizedChunks(data: Chunks, size: number): AsyncGenerator<Uint8Array> {
  let chunk = new Uint8Array(size);
  let filled = 0;
  for await (const given of data) {
    for (let taken = 0; taken < given.length; ) {
      const part = given.subarray(taken, taken + size - filled);
      chunk.set(part, filled);
      filled += part.length;
      taken += part.length;
      if (filled < size) continue;
      yield chunk;
      chunk = new Uint8Array(size);
      filled = 0;
    }
  }
  if (filled > 0) yield chunk.subarray(0, filled);
}
