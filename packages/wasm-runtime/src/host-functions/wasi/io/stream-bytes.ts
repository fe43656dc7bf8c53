import { ResultError } from './errors.js';
import type { InputStream, StreamError } from './input-stream.js';
import type { ChunkSource } from './owned-chunks.js';

/** Most bytes of one chunk. */
const CHUNK = 64n * 1024n;

/** What an `input-stream` was read from ended before its data did. */
export class BrokenStreamError extends Error {
  override readonly name = 'BrokenStreamError';
}

/** The bytes that an `input-stream` still has; it fails by a {@link BrokenStreamError} where the stream does. */
export function streamBytes(stream: InputStream): ChunkSource<Uint8Array> {
  return {
    async read() {
      try {
        return await stream.blockingRead(CHUNK);
      } catch (error) {
        const reason = error instanceof ResultError ? (error.payload as StreamError) : undefined;
        if (reason === undefined) throw error;
        if (reason.tag === 'last-operation-failed') throw brokenOff(reason.val);
        return undefined;
      }
    },
    drop: () => stream[Symbol.dispose](),
  };
}

function brokenOff(error: Extract<StreamError, { tag: 'last-operation-failed' }>['val']): BrokenStreamError {
  const { cause } = error;
  return new BrokenStreamError(`the stream broke off: ${error.toDebugString()}`, { cause });
}
