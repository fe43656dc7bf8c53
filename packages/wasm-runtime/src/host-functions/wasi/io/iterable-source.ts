import type { ByteSource } from './bytes.js';
import { WakeUp } from './wake-up.js';

const ALWAYS = Promise.resolve();
const NOTHING = new Uint8Array(0);

/** Longer timers overflow, and fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface IterableSourceOptions {
  /** Asked when the chunks have ended; throws when they are not all of the data. */
  readonly atEnd?: () => Promise<void>;
  /** What the guest's error holds for a failure of the chunks; the failure itself by default. */
  readonly failure?: (cause: unknown) => unknown;
  /** Longest wait for a chunk; unbounded by default. */
  readonly patience?: { readonly ms: number; readonly failure: () => unknown };
  /** The guest takes no more: it saw the end or the failure, or dropped the stream. */
  readonly onOver?: () => void;
}

/**
 * Chunks from anywhere, a wRPC stream above all, as the source of a guest's `input-stream`. One chunk is asked for when the
 * guest wants it, so that a slow guest slows its sender down; when the guest drops the stream, the sender is told.
 */
export class IterableSource implements ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #options: IterableSourceOptions;
  readonly #wakeUp = new WakeUp();
  #state: 'idle' | 'pulling' | 'ended' | 'failed' = 'idle';
  #rest: Uint8Array = NOTHING;
  #cause: unknown;

  constructor(chunks: AsyncIterable<Uint8Array>, options: IterableSourceOptions = {}) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#options = options;
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
    if (this.#settle('ended')) this.#leave();
  }

  /** Ends the stream early for the guest, with this cause, and for the sender. */
  fail(cause: unknown): void {
    this.#cause ??= cause;
    if (this.#settle('failed')) this.#leave();
  }

  #pull(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'pulling';
    const { patience } = this.#options;
    const timer =
      patience && setTimeout(() => this.fail(patience.failure()), Math.min(patience.ms, LONGEST_TIMER_MS));
    void this.#next().finally(() => clearTimeout(timer));
  }

  async #next(): Promise<void> {
    const { atEnd, failure } = this.#options;
    try {
      let step = await this.#chunks.next();
      while (!step.done && step.value.length === 0) step = await this.#chunks.next();
      if (step.done) await atEnd?.();
      if (this.#state !== 'pulling') return;
      if (step.done) {
        this.#settle('ended');
        return;
      }
      this.#rest = step.value;
      this.#state = 'idle';
      this.#wakeUp.wake();
    } catch (cause) {
      if (this.#state !== 'pulling') return;
      this.#cause = failure ? failure(cause) : cause;
      this.#settle('failed');
    }
  }

  /** Whether it was not settled before. */
  #settle(state: 'ended' | 'failed'): boolean {
    if (this.#state === 'ended' || this.#state === 'failed') return false;
    this.#state = state;
    this.#wakeUp.wake();
    this.#options.onOver?.();
    return true;
  }

  /** Tells the sender to stop. */
  #leave(): void {
    this.#chunks.return?.().catch(() => {});
  }
}
