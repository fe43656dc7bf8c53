import type { HttpFields } from '@wasmlattice/rpc/interfaces';
import { IncompleteResponseError, isGuestFault } from '../../../../errors.js';
import { type ByteSink, WakeUp } from '../../io/index.js';
import type { HeaderLines } from '../http-exchange.js';
import { linesToFields } from './wire-fields.js';

const ALWAYS = Promise.resolve();

/** How many bytes a guest may be ahead of the stream; also the largest chunk. */
const WINDOW = 64 * 1024;

/** What ends the stream early: its reader gets no end marker. */
export class IncompleteBodyError extends Error {
  override readonly name = 'IncompleteBodyError';

  /** @param cause the guest's own end, whose stack is worth more than that of the host */
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    if (isGuestFault(cause) || cause instanceof IncompleteResponseError)
      Object.defineProperty(this, 'stack', { get: () => cause.stack });
  }
}

/**
 * - `open`: bytes are taken and handed on.
 * - `discarding`: nobody will read the body; bytes are taken and dropped.
 * - `finished`: complete; what waits is still handed on.
 * - `aborted`: ended early by the guest, `refused`: by the reader.
 */
type State = 'open' | 'discarding' | 'finished' | 'aborted' | 'refused';

/**
 * A body on its way out: bytes go in as a sink and come out as a wRPC stream, at the pace of its reader, with the
 * trailers after it.
 */
export class SentBody implements ByteSink, AsyncIterable<Uint8Array> {
  readonly trailers: Promise<HttpFields | undefined>;
  /** Resolves when the reader has taken all there was, or will take no more. */
  readonly taken: Promise<void>;
  readonly #trailers = Promise.withResolvers<HttpFields | undefined>();
  readonly #taken = Promise.withResolvers<void>();
  readonly #onRefused: () => void;
  readonly #room = new WakeUp();
  readonly #arrival = new WakeUp();
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #flushing = false;
  #state: State = 'open';
  #failure: Error | undefined;

  /** @param onRefused called when the reader stops before the body is complete; may still end or discard it */
  constructor(onRefused: () => void = () => {}) {
    this.#onRefused = onRefused;
    this.trailers = this.#trailers.promise;
    this.taken = this.#taken.promise;
    // A call that fails early never looks at them.
    this.trailers.catch(() => {});
  }

  /** The body is complete. */
  finish(trailers: HeaderLines | undefined): void {
    if (this.#state !== 'open') return;
    this.#trailers.resolve(trailers && linesToFields(trailers));
    this.#settle('finished');
  }

  /** The body ended early; `cause` reaches the reader as far as the transport carries it. */
  abort(cause: Error): void {
    if (this.#state !== 'open') return;
    this.#failure = cause;
    this.#trailers.reject(cause);
    this.#settle('aborted');
  }

  /**
   * Nobody will read the body, and its writer is not disturbed. For a request that failed or was answered early: guests
   * learn that from its future, and StarlingMonkey traps when a write fails before.
   */
  discard(): void {
    if (this.#state !== 'open') return;
    this.#drop();
    this.#trailers.resolve(undefined);
    this.#settle('discarding');
  }

  capacity(): number | undefined {
    if (this.#state === 'discarding') return WINDOW;
    if (this.#state !== 'open') return undefined;
    return this.#flushing ? 0 : WINDOW - this.#waitingBytes;
  }

  write(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#state !== 'open') return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#arrival.wake();
  }

  flush(): void {
    this.#flushing = this.#waitingBytes > 0;
  }

  isReady(): boolean {
    return this.#state !== 'open' || (!this.#flushing && this.#waitingBytes < WINDOW);
  }

  ready(): Promise<void> {
    return this.isReady() ? ALWAYS : this.#room.promise();
  }

  /** The guest dropped its stream; the body ends with {@link SentBody.finish}. */
  close(): void {}

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return {
      next: () => this.#next(),
      return: async () => {
        this.#refuse();
        return { done: true, value: undefined };
      },
    };
  }

  async #next(): Promise<IteratorResult<Uint8Array, undefined>> {
    for (;;) {
      if (this.#waitingBytes > 0) return { done: false, value: this.#take() };
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#state !== 'open') {
        this.#taken.resolve();
        return { done: true, value: undefined };
      }
      await this.#arrival.promise();
    }
  }

  #take(): Uint8Array {
    const bytes =
      this.#waiting.length === 1 ? (this.#waiting[0] as Uint8Array) : Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#flushing = false;
    this.#room.wake();
    return bytes;
  }

  #drop(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#flushing = false;
  }

  #refuse(): void {
    this.#drop();
    this.#taken.resolve();
    if (this.#state === 'open') this.#onRefused();
    if (this.#state !== 'open') return;
    this.#trailers.resolve(undefined);
    this.#settle('refused');
  }

  #settle(state: Exclude<State, 'open'>): void {
    this.#state = state;
    // What is finished is still to be read.
    if (state !== 'finished') this.#taken.resolve();
    this.#arrival.wake();
    this.#room.wake();
  }
}
