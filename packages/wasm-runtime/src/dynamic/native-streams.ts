import type { NativeStream } from './handle-ends.js';

/** Most elements asked of a guest at once. */
const elementsAtOnce = 64 * 1024;

const END = { done: true, value: undefined } as const;

/** What a guest writes to a stream of the component model, as chunks for a wRPC stream, at the pace of who asks. */
export class NativeChunks implements AsyncIterable<unknown>, AsyncIterator<unknown, undefined> {
  readonly #stream: NativeStream;
  readonly #isBytes: boolean;
  readonly #onOver: () => void;
  #over = false;
  #failure: { readonly cause: unknown } | undefined;

  constructor(stream: NativeStream, isBytes: boolean, onOver: () => void) {
    this.#stream = stream;
    this.#isBytes = isBytes;
    this.#onOver = onOver;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<unknown, undefined>> {
    if (!this.#over) {
      try {
        const { done, value } = await this.#stream.read(elementsAtOnce);
        if (!done && value !== undefined && !this.#over) {
          return { done: false, value: this.#isBytes ? Uint8Array.from(value as ArrayLike<number>) : value };
        }
      } catch (cause) {
        if (!this.#over) this.#failure = { cause };
      }
      this.#leave();
    }
    if (this.#failure !== undefined) throw this.#failure.cause;
    return END;
  }

  async return(): Promise<IteratorResult<unknown, undefined>> {
    this.#leave();
    return END;
  }

  /** Ends the stream early, for its reader with this cause. */
  fail(cause: unknown): void {
    if (this.#over) return;
    this.#failure = { cause };
    this.#leave();
  }

  #leave(): void {
    if (this.#over) return;
    this.#over = true;
    this.#onOver();
    try {
      this.#stream[Symbol.dispose]();
    } catch {
      // The guest is gone, or has dropped its end already.
    }
  }
}

/** A wRPC stream for a guest: chunks of bytes as they are, elements of other types one by one. */
export class NativeSource implements AsyncIterable<unknown>, AsyncIterator<unknown, undefined> {
  readonly #chunks: AsyncIterator<Iterable<unknown>>;
  readonly #isBytes: boolean;
  readonly #onOver: () => void;
  #rest: Iterator<unknown> | undefined;
  #over = false;

  constructor(chunks: AsyncIterable<Iterable<unknown>>, isBytes: boolean, onOver: () => void) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#isBytes = isBytes;
    this.#onOver = onOver;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<unknown, undefined>> {
    for (;;) {
      const element = this.#rest?.next();
      if (element !== undefined && !element.done) return { done: false, value: element.value };
      if (this.#over) return END;
      const chunk = await this.#chunks.next();
      if (chunk.done) {
        this.#finish();
        return END;
      }
      if (this.#isBytes) return { done: false, value: chunk.value };
      this.#rest = chunk.value[Symbol.iterator]();
    }
  }

  /** The guest dropped its end, or is gone. */
  async return(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#finish()) await this.#chunks.return?.();
    return END;
  }

  #finish(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#onOver();
    return true;
  }
}
