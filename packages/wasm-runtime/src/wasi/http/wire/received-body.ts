import type { HttpFields } from '@wasmlattice/rpc/interfaces';
import { type ByteSource, WakeUp } from '../../io/index.js';
import { HttpFailure } from '../error-code.js';
import type { HeaderLines } from '../http-exchange.js';
import type { IncomingBodySource } from '../incoming-body.js';
import { transferFailure } from './transfer-failure.js';
import { fieldsToLines } from './wire-fields.js';

const ALWAYS = Promise.resolve();
const NOTHING = new Uint8Array(0);

/** Most bytes taken at a time from a body nobody wants. */
const DISCARD_AT_ONCE = 64 * 1024;

/** Longer timers overflow, and fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface ReceivedBodyOptions {
  /** Longest wait for further bytes, in ms; default that of the call's streams. */
  readonly betweenBytesMs?: number;
}

/**
 * A body that arrives as a wRPC stream, with its trailers. One chunk is asked for when the guest wants it, so that a slow
 * guest slows its sender down.
 */
export class ReceivedBody implements ByteSource, IncomingBodySource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #trailers: Promise<HttpFields | undefined>;
  readonly #betweenBytesMs: number | undefined;
  readonly #wakeUp = new WakeUp();
  #state: 'idle' | 'pulling' | 'ended' | 'failed' = 'idle';
  #begun = false;
  #rest: Uint8Array = NOTHING;
  #cause: unknown;

  constructor(
    stream: AsyncIterable<Uint8Array>,
    trailers: Promise<HttpFields | undefined>,
    { betweenBytesMs }: ReceivedBodyOptions = {},
  ) {
    this.#chunks = stream[Symbol.asyncIterator]();
    this.#trailers = trailers;
    this.#betweenBytesMs = betweenBytesMs && Math.min(betweenBytesMs, LONGEST_TIMER_MS);
    // Nobody may ask for them; their failure must not count as unhandled.
    trailers.catch(() => {});
  }

  get body(): ByteSource {
    return this;
  }

  read(max: number): Uint8Array | undefined {
    if (this.#rest.length > 0) {
      const bytes = this.#rest.subarray(0, max);
      this.#rest = this.#rest.subarray(bytes.length);
      return bytes;
    }
    if (this.#state === 'failed') throw this.#cause;
    if (this.#state === 'ended') return undefined;
    // A guest may read in a loop without ever waiting for readiness.
    this.#pull();
    return NOTHING;
  }

  isReady(): boolean {
    return this.#rest.length > 0 || this.#state === 'ended' || this.#state === 'failed';
  }

  ready(): Promise<void> {
    if (this.isReady()) return ALWAYS;
    this.#pull();
    return this.#wakeUp.promise();
  }

  cancel(): void {
    this.#rest = NOTHING;
    if (this.#state === 'ended' || this.#state === 'failed') return;
    this.#settle('ended');
    this.#leave();
  }

  async trailers(): Promise<HeaderLines | undefined> {
    for (;;) {
      const bytes = this.read(DISCARD_AT_ONCE);
      if (bytes === undefined) break;
      if (bytes.length === 0) await this.ready();
    }
    let fields: HttpFields | undefined;
    try {
      fields = await this.#trailers;
    } catch (cause) {
      throw transferFailure(cause);
    }
    return fields && fieldsToLines(fields);
  }

  #pull(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'pulling';
    this.#begun = true;
    const limit = this.#betweenBytesMs;
    const timer = limit === undefined ? undefined : setTimeout(() => this.#tooSlow(limit), limit);
    this.#chunks
      .next()
      .then(
        (step) => this.#arrived(step),
        (cause: unknown) => this.#fail(transferFailure(cause)),
      )
      .finally(() => clearTimeout(timer));
  }

  #arrived(step: IteratorResult<Uint8Array, unknown>): void {
    if (this.#state !== 'pulling') return;
    if (step.done) {
      this.#settle('ended');
      return;
    }
    this.#rest = step.value;
    this.#state = 'idle';
    this.#wakeUp.wake();
  }

  #tooSlow(limit: number): void {
    const text = `no byte of the body came for ${limit} ms`;
    this.#fail(new HttpFailure({ tag: 'connection-read-timeout' }, text));
    this.#leave();
  }

  #fail(cause: unknown): void {
    if (this.#state === 'ended' || this.#state === 'failed') return;
    this.#cause = cause;
    this.#settle('failed');
  }

  #settle(state: 'ended' | 'failed'): void {
    this.#state = state;
    this.#wakeUp.wake();
  }

  /** Tells the sender to stop. A stream learns of its end only once it has begun. */
  #leave(): void {
    if (!this.#begun) this.#chunks.next().catch(() => {});
    this.#chunks.return?.().catch(() => {});
  }
}
