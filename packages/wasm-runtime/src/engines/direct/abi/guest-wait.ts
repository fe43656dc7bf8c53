import type { EndSignal } from '../../../ending.js';
import type { GuestClock, InstantiateOptions } from '../../engine.js';

/** The wait of a guest for the host, and the signal that ends it whatever host function it waits in. */
export class GuestWait {
  readonly #onAborted: (error: Error) => void;
  #signal: EndSignal | undefined;
  #clock: GuestClock | undefined;
  #isListening = false;
  /** Whether tasks wait besides, which nothing but the signal may ever end. */
  readonly #hasOthers: () => boolean;
  #reject: ((reason: Error) => void) | undefined;

  /**
   * @param onAborted told of the reason, before the wait is rejected with it
   * @param hasOthers whether there is anything to end besides the wait
   */
  constructor(onAborted: (error: Error) => void, hasOthers: () => boolean) {
    this.#onAborted = onAborted;
    this.#hasOthers = hasOthers;
  }

  startWatching({ signal, clock }: InstantiateOptions): void {
    this.#signal = signal;
    this.#clock = clock;
  }

  stopWatching(): void {
    if (this.#isListening) this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#isListening = false;
    this.#signal = undefined;
    this.#clock = undefined;
  }

  /** Throws the reason of a signal that is aborted already. */
  assertNotAborted(): void {
    const reason = this.abortReason;
    if (reason !== undefined) throw reason;
  }

  /** Why the guest is to end; `undefined` while it is not. */
  get abortReason(): Error | undefined {
    return this.#signal?.aborted ? abortError(this.#signal) : undefined;
  }

  /** Has `reject` called when the signal is aborted, until {@link GuestWait.end}. */
  start(reject: (reason: Error) => void): void {
    this.#reject = reject;
    this.#clock?.leave();
    this.watch();
  }

  /** Has the signal noticed, though the guest may not be waiting itself. */
  watch(): void {
    if (this.#signal?.aborted) queueMicrotask(this.#onAbort);
    if (this.#isListening || this.#signal === undefined) return;
    this.#isListening = true;
    this.#signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** The guest computes no longer, or again: for waits that end when another task has its turn. */
  paused(): void {
    this.#clock?.leave();
  }

  resumed(): void {
    this.#clock?.enter();
  }

  /** Returns false when the wait was ended already. */
  end(reject: (reason: Error) => void): boolean {
    if (this.#reject !== reject) return false;
    this.#reject = undefined;
    this.#clock?.enter();
    return true;
  }

  readonly #onAbort = (): void => {
    const reject = this.#reject;
    if (this.#signal === undefined || (reject === undefined && !this.#hasOthers())) return;
    this.#reject = undefined;
    const error = abortError(this.#signal);
    this.#onAborted(error);
    reject?.(error);
  };
}

/** An `Error` without payload, whatever the reason is: anything else would reach the guest as the `err` of a WIT result. */
function abortError(signal: EndSignal): Error {
  const { reason } = signal;
  return reason instanceof Error && !Object.hasOwn(reason, 'payload')
    ? reason
    : new Error(String(reason), { cause: reason });
}
