/** What chunks are read from. */
export interface ChunkSource<T> {
  /** The next chunk, `undefined` at the end; rejects where the source breaks off. */
  read(): Promise<T | undefined>;
  /** Nobody wants any more of it. */
  drop(): void;
}

const END = { done: true, value: undefined } as const;

/**
 * What a source still has to give, chunk by chunk, at the pace of who asks. The source belongs to this from now on: it is
 * dropped at its end, at its failure, and when the reader leaves.
 *
 * No generator, since that would finish its wait for the next chunk before it lets itself be left.
 */
export class OwnedChunks<T> implements AsyncIterable<T>, AsyncIterator<T, undefined> {
  readonly #source: ChunkSource<T>;
  readonly #onOver: () => void;
  #over = false;
  #failure: { readonly cause: unknown } | undefined;

  constructor(source: ChunkSource<T>, onOver: () => void = () => {}) {
    this.#source = source;
    this.#onOver = onOver;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    if (!this.#over) {
      try {
        const chunk = await this.#source.read();
        // Left while it waited: what the source says then is of no interest.
        if (chunk !== undefined && !this.#over) return { done: false, value: chunk };
        this.#leave();
      } catch (cause) {
        this.fail(cause);
      }
    }
    if (this.#failure !== undefined) throw this.#failure.cause;
    return END;
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#leave();
    return END;
  }

  /** Ends the chunks early, for their reader with this cause. */
  fail(cause: unknown): void {
    if (this.#over) return;
    this.#failure = { cause };
    this.#leave();
  }

  #leave(): void {
    if (this.#over) return;
    this.#over = true;
    this.#source.drop();
    this.#onOver();
  }
}
