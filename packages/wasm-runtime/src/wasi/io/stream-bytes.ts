import { ResultError } from './errors.js';
import type { InputStream, StreamError } from './input-stream.js';

/** Most bytes of one chunk. */
const CHUNK = 64n * 1024n;

/** What an `input-stream` was read from ended before its data did. */
export class BrokenStreamError extends Error {
  override readonly name = 'BrokenStreamError';
}

/**
 * What an `input-stream` still has to give, chunk by chunk, at the pace of who asks. The stream belongs to the iterator: it
 * is dropped at its end, at its failure, and when the iterator is left.
 */
export function bytesOf(stream: InputStream): AsyncIterable<Uint8Array> {
  const end = { done: true, value: undefined } as const;
  let over = false;
  const leave = (): void => {
    over = true;
    stream[Symbol.dispose]();
  };
  const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
    if (over) return end;
    try {
      return { done: false, value: await stream.blockingRead(CHUNK) };
    } catch (error) {
      leave();
      const reason = streamErrorOf(error);
      if (reason?.tag === 'closed') return end;
      if (reason === undefined) throw error;
      const { cause } = reason.val;
      throw new BrokenStreamError(`the stream broke off: ${reason.val.toDebugString()}`, { cause });
    }
  };
  // Written out, since a generator would finish its wait for the next chunk before it lets itself be left.
  const iterator: AsyncIterator<Uint8Array, undefined> = {
    next,
    return: async () => {
      leave();
      return end;
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

function streamErrorOf(error: unknown): StreamError | undefined {
  return error instanceof ResultError ? (error.payload as StreamError) : undefined;
}
