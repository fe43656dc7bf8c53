import type { Writable } from 'node:stream';
import type { ByteSink } from './bytes.js';
import { WakeUp } from './wake-up.js';

const ALWAYS = Promise.resolve();

/**
 * A node `Writable` as a {@link ByteSink}. The guest waits while the stream holds its high-water mark; a flush waits
 * until the stream has handed on every byte.
 *
 * @param options.end whether the stream is ended when the guest drops its output-stream; default true
 */
export class WritableSink implements ByteSink {
  readonly #stream: Writable;
  readonly #end: boolean;
  readonly #wakeUp = new WakeUp();
  #unfinishedWrites = 0;
  #flushing = false;
  #failure: { readonly cause: unknown } | undefined;
  #closed = false;

  constructor(stream: Writable, options: { readonly end?: boolean } = {}) {
    this.#stream = stream;
    this.#end = options.end ?? true;
    stream.on('drain', this.#wake);
    stream.on('error', this.#onError);
    stream.on('close', this.#wake);
  }

  capacity(): number | undefined {
    if (this.#failure !== undefined) throw this.#failure.cause;
    if (this.#isClosed()) return undefined;
    if (this.#flushing || this.#stream.writableNeedDrain) return 0;
    return Math.max(1, this.#stream.writableHighWaterMark - this.#stream.writableLength);
  }

  write(bytes: Uint8Array): void {
    this.#unfinishedWrites++;
    this.#stream.write(bytes, this.#onWritten);
  }

  flush(): void {
    this.#flushing = this.#unfinishedWrites > 0;
  }

  isReady(): boolean {
    if (this.#failure !== undefined || this.#isClosed()) return true;
    return !this.#flushing && !this.#stream.writableNeedDrain;
  }

  ready(): Promise<void> {
    return this.isReady() ? ALWAYS : this.#wakeUp.promise();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stream.off('drain', this.#wake);
    this.#stream.off('close', this.#wake);
    if (this.#end && !this.#stream.writableEnded) this.#stream.end();
    this.#wakeUp.wake();
  }

  #isClosed(): boolean {
    return this.#closed || this.#stream.writableEnded || this.#stream.destroyed;
  }

  readonly #wake = (): void => {
    if (this.isReady()) this.#wakeUp.wake();
  };

  readonly #onWritten = (): void => {
    this.#unfinishedWrites--;
    if (this.#unfinishedWrites === 0) this.#flushing = false;
    this.#wake();
  };

  readonly #onError = (cause: unknown): void => {
    this.#failure = { cause };
    this.#wakeUp.wake();
  };
}
