/** What a message or a channel takes besides its bytes: a peer must not fill the memory with empty ones. */
export const overheadBytes = 256;

/** Counts the bytes that all calls of a server or an invoker hold, so that many small holdings can't add up without bound. */
export class BufferBudget {
  #held = 0;
  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether more is held than may be: what came last has to go. */
  get isExceeded(): boolean {
    return this.#held > this.#maxBytes;
  }

  get heldBytes(): number {
    return this.#held;
  }

  hold(bytes: number): void {
    this.#held += bytes;
  }

  give(bytes: number): void {
    this.#held -= bytes;
  }
}
