import type { Chunks } from './blob-store.js';

/** The bytes from `start` to before `end` of what begins at `offset`; no more is read than it takes. */
export async function* bytesInRange(
  chunks: Chunks,
  { offset, start, end }: { readonly offset: number; readonly start: number; readonly end: number },
): AsyncGenerator<Uint8Array> {
  let position = offset;
  if (start >= end) return;
  for await (const chunk of chunks) {
    const part = chunk.subarray(Math.max(0, start - position), end - position);
    position += chunk.length;
    if (part.length > 0) yield part;
    if (position >= end) return;
  }
}
