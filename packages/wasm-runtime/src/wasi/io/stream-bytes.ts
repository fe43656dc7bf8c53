import { ResultError } from './errors.js';
import type { InputStream, StreamError } from './input-stream.js';

/** Most bytes of one chunk. */
const CHUNK = 64n * 1024n;

const END = { done: true, value: undefined } as const;

/** What an `input-stream` was read from ended before its data did. */
export class BrokenStreamError extends Error {
  override readonly name = 'BrokenStreamError';
}

/**
 * What an `input-stream` still has to give, chunk by chunk, at the pace of who asks. The stream belongs to this from now on: it
 * is dropped at its end, at its failure, and when the reader leaves.
 *
 * No generator, since that would finish its wait for the next chunk before it lets itself be left.
 */
export class StreamBytes implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array, undefined> {
  readonly #stream: InputStream;
  readonly #onOver: () => void;
  #over = false;
  #failure: { readonly cause: unknown } | undefined;

  constructor(stream: InputStream, onOver: () => void = () => {}) {
    this.#stream = stream;
    this.#onOver = onOver;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.#over) {
      try {
        return { done: false, value: await this.#stream.blockingRead(CHUNK) };
      } catch (error) {
        this.#end(error);
      }
    }
    if (this.#failure !== undefined) throw this.#failure.cause;
    return END;
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#leave();
    return END;
  }

  /** Ends the stream early, for its reader with this cause. */
  fail(cause: unknown): void {
    if (this.#over) return;
    this.#failure = { cause };
    this.#leave();
  }

  /** @param error what the stream threw, at its end too */
  #end(error: unknown): void {
    // Left while it waited: what the stream says then is of no interest.
    if (this.#over) return;
    const reason = error instanceof ResultError ? (error.payload as StreamError) : undefined;
    if (reason === undefined) this.#failure = { cause: error };
    else if (reason.tag === 'last-operation-failed') this.#failure = { cause: brokenOff(reason.val) };
    this.#leave();
  }

  #leave(): void {
    if (this.#over) return;
    this.#over = true;
    this.#stream[Symbol.dispose]();
    this.#onOver();
  }
}

function brokenOff(error: Extract<StreamError, { tag: 'last-operation-failed' }>['val']): BrokenStreamError {
  const { cause } = error;
  return new BrokenStreamError(`the stream broke off: ${error.toDebugString()}`, { cause });
}
