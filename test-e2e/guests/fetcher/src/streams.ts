import type { InputStream, OutputStream } from 'wasi:io/streams@0.2.10';

const chunkSize = 64n * 1024n;

/** Passes each chunk on as it arrives; holds one chunk at a time. */
export function copyAll(from: InputStream, to: OutputStream): void {
  for (;;) {
    const chunk = readChunk(from);
    if (chunk === undefined) return;
    // At most 4096 bytes may be written without asking first.
    for (let start = 0; start < chunk.length; start += 4096) {
      to.blockingWriteAndFlush(chunk.subarray(start, start + 4096));
    }
  }
}

function readChunk(from: InputStream): Uint8Array | undefined {
  try {
    return from.blockingRead(chunkSize);
  } catch (error) {
    if (payloadOf(error)?.tag === 'closed') return undefined;
    throw error;
  }
}

/** The WIT error behind an exception thrown by an imported function. */
export function payloadOf(error: unknown): { tag: string; val?: unknown } | undefined {
  return (error as { payload?: { tag: string; val?: unknown } }).payload;
}
