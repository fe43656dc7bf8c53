import type { Readable } from 'node:stream';
import type { ByteSource } from './bytes.js';
import { WakeUp } from './wake-up.js';

const ALWAYS = Promise.resolve();
const NOTHING = new Uint8Array(0);

type State = 'open' | 'ended' | 'failed' | 'cancelled';

/**
 * A node `Readable` of bytes as a {@link ByteSource}. Reads ahead of the guest by the stream's own high-water mark
 * and no further. When the guest drops the stream, the `Readable` is destroyed.
 */
export class ReadableSource implements ByteSource {
  readonly #stream: Readable;
  readonly #wakeUp = new WakeUp();
  #rest: Uint8Array | undefined;
  #state: State = 'open';
  #cause: unknown;

  constructor(stream: Readable) {
    this.#stream = stream;
    if (stream.readableEnded) {
      this.#state = 'ended';
    } else if (stream.destroyed) {
      this.#fail(stream.errored ?? new Error('the stream was closed before its end'));
    } else {
      stream.on('readable', this.#onReadable);
      stream.on('end', this.#onEnd);
      stream.on('error', this.#onError);
      stream.on('close', this.#onClose);
    }
  }

  read(max: number): Uint8Array | undefined {
    const chunk = this.#next();
    if (chunk !== undefined) {
      this.#rest = chunk.length > max ? chunk.subarray(max) : undefined;
      return this.#rest === undefined ? chunk : chunk.subarray(0, max);
    }
    if (this.#state === 'open') return NOTHING;
    if (this.#state === 'failed') throw this.#cause;
    return undefined;
  }

  isReady(): boolean {
    return this.#rest !== undefined || this.#state !== 'open' || this.#stream.readableLength > 0;
  }

  ready(): Promise<void> {
    if (this.isReady()) return ALWAYS;
    // The stream may have told of its end while there was a rest to be read: it says so to who reads again.
    this.#rest = this.#next();
    return this.isReady() ? ALWAYS : this.#wakeUp.promise();
  }

  cancel(): void {
    if (this.#state !== 'open') return;
    this.#rest = undefined;
    this.#settle('cancelled');
    this.#stream.destroy();
  }

  #next(): Uint8Array | undefined {
    if (this.#rest !== undefined) return this.#rest;
    if (this.#state !== 'open') return undefined;
    return (this.#stream.read() as Uint8Array | null) ?? undefined;
  }

  readonly #onReadable = (): void => {
    // At the end of a stream nothing is buffered, and only another read makes it say so.
    if (this.#stream.readableLength === 0) this.#rest ??= this.#next();
    if (this.isReady()) this.#wakeUp.wake();
  };

  readonly #onEnd = (): void => this.#settle('ended');

  readonly #onError = (cause: unknown): void => this.#fail(cause);

  readonly #onClose = (): void => this.#fail(new Error('the stream was closed before its end'));

  #fail(cause: unknown): void {
    if (this.#state !== 'open') return;
    this.#cause = cause;
    this.#settle('failed');
  }

  /** The error listener stays: a late error of a stream nobody reads must not end the process. */
  #settle(state: State): void {
    if (this.#state !== 'open') return;
    this.#state = state;
    this.#stream.off('readable', this.#onReadable);
    this.#stream.off('end', this.#onEnd);
    this.#stream.off('close', this.#onClose);
    this.#wakeUp.wake();
  }
}
