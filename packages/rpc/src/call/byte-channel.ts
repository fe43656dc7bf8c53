/** Bytes of one channel, in order. */
export interface ByteSource {
  /** The next bytes, `undefined` at the end of the channel; rejects when the channel failed. */
  read(): Promise<Uint8Array | undefined>;
  /** The value is complete; what may still come, at least the end marker, is of no interest. */
  finish(): void;
  /** Nothing more will be read although the value is not complete. Does nothing after {@link ByteSource.finish}. */
  cancel(): void;
}

/** The sending end of one channel. */
export interface ByteSink {
  /**
   * Resolves once more may be written: the pace of the slower of reader and connection.
   * @throws the reason, once the reader has cancelled or the channel is gone
   */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Calls back, at most once and at once if it already happened, when the reader has cancelled or the channel is
   * gone. Replaces the callback given before.
   */
  onFailure(callback: (error: unknown) => void): void;
  /** The end marker. With an error, the channel ends before its value does, which the reader takes for a failure. */
  close(error?: unknown): void;
}

/** What a {@link ByteQueue} tells its owner. */
export interface ByteQueueEvents {
  /** `bytes` were read and no longer count as buffered, nor do the `parts` they came in. */
  consumed(bytes: number, parts: number): void;
  /** The reader is done, or gave up before the end. Comes once. */
  released(reason: 'finished' | 'canceled'): void;
}

/** Bytes that arrived and wait to be read. */
export class ByteQueue implements ByteSource {
  /** Bytes received and not yet read. */
  buffered = 0;
  readonly #events: ByteQueueEvents;
  readonly #parts: Uint8Array[] = [];
  #state: 'open' | 'ended' | { readonly error: unknown } = 'open';
  #isReleased = false;
  #wake: (() => void) | undefined;

  constructor(events: ByteQueueEvents) {
    this.#events = events;
  }

  /** Whether nothing more will come. */
  get isClosed(): boolean {
    return this.#state !== 'open';
  }

  /** Whether nothing more will be read. */
  get isReleased(): boolean {
    return this.#isReleased;
  }

  push(bytes: Uint8Array): void {
    if (this.#state !== 'open' || this.#isReleased) return;
    this.#parts.push(bytes);
    this.buffered += bytes.length;
    this.#notify();
  }

  end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ended';
    this.#notify();
  }

  /** What was received before is dropped: the value can't be completed. */
  fail(error: unknown): void {
    if (this.#state !== 'open') return;
    this.#state = { error };
    this.#drop();
    this.#notify();
  }

  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const part = this.#parts.shift();
      if (part) {
        this.buffered -= part.length;
        this.#events.consumed(part.length, 1);
        return part;
      }
      if (typeof this.#state === 'object') throw this.#state.error;
      if (this.#state !== 'open' || this.#isReleased) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  finish(): void {
    this.#release('finished');
  }

  cancel(): void {
    this.#release('canceled');
  }

  #release(reason: 'finished' | 'canceled'): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#drop();
    this.#notify();
    this.#events.released(reason);
  }

  #drop(): void {
    const dropped = this.buffered;
    const parts = this.#parts.length;
    this.#parts.length = 0;
    this.buffered = 0;
    if (dropped > 0) this.#events.consumed(dropped, parts);
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
