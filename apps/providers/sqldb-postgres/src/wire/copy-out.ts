import { CopyQuery } from './copy-query.js';

/** How much of what the server sent waits for the reader before the server has to wait, in bytes. */
const mostWaiting = 256 * 1024;

/** Nobody reads what the statement gives. Its connection has to be closed. */
export class ReaderLeftError extends Error {
  override readonly name = 'ReaderLeftError';

  constructor() {
    super('the reader left before the last row');
  }
}

/**
 * `COPY … TO STDOUT`. Its bytes come at the pace of their one reader, rows that arrived together at once, and end where the statement
 * ends, whatever the reason. A reader that leaves has it fail with {@link ReaderLeftError}.
 */
export class CopyOut extends CopyQuery implements AsyncIterableIterator<Uint8Array> {
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #wake: () => void = () => {};
  #isPaused = false;
  #isOver = false;

  constructor(text: string) {
    super(text, 'COPY … TO STDOUT');
    this.onOver = () => {
      this.#isOver = true;
      this.#wake();
    };
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#waitingBytes === 0) this.#resume();
    while (this.#waitingBytes === 0) {
      if (this.#isOver) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const value = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    return { done: false, value };
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (!this.#isOver) this.fail(new ReaderLeftError());
    return { done: true, value: undefined };
  }

  override handleCopyData({ chunk }: { readonly chunk: Uint8Array }): void {
    if (!this.isCopying) return;
    // A copy: `pg` reads the next messages into the same memory.
    this.#waiting.push(new Uint8Array(chunk));
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes > mostWaiting && !this.#isPaused) {
      this.#isPaused = true;
      this.connection.stream.pause();
    }
    this.#wake();
  }

  protected override handleCopyOutResponse(): void {
    this.handleStart();
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.connection.stream.resume();
  }
}
