import { type IdleCalls, nextTurn, Pollable, type Readiness } from '../io/index.js';

/** `setTimeout` takes no longer delay. */
const maxDelayMs = 2 ** 31 - 1;

const nanosecondsPerMs = 1_000_000n;

/** Monotonic time in nanoseconds, as `wasi:clocks/monotonic-clock` counts it. */
export function monotonicNow(): bigint {
  return process.hrtime.bigint();
}

/** Ready from an instant on. The timer starts with the first wait and ends with the signal at the latest. */
class TimerReadiness implements Readiness {
  readonly #instant: bigint;
  readonly #signal: AbortSignal;
  #wait: { readonly promise: Promise<void>; stop(): void } | undefined;

  constructor(instant: bigint, signal: AbortSignal) {
    this.#instant = instant;
    this.#signal = signal;
  }

  isReady(): boolean {
    return monotonicNow() >= this.#instant;
  }

  ready(): Promise<void> {
    this.#wait ??= this.#startWait();
    return this.#wait.promise;
  }

  stop(): void {
    this.#wait?.stop();
  }

  #startWait(): { readonly promise: Promise<void>; stop(): void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    let timer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      clearTimeout(timer);
      this.#signal.removeEventListener('abort', stop);
      resolve();
    };
    const check = (): void => {
      const left = this.#instant - monotonicNow();
      if (left <= 0n) stop();
      else timer = setTimeout(check, delayFor(left));
    };
    this.#signal.addEventListener('abort', stop, { once: true });
    if (this.#signal.aborted) stop();
    else check();
    return { promise, stop };
  }
}

/** Resolves at `instant`, or with the signal; in no case before the event loop has turned, since a guest may wait in a loop. */
export function waitUntil(instant: bigint, signal: AbortSignal): Promise<void> {
  if (instant > monotonicNow()) return new TimerReadiness(instant, signal).ready();
  return nextTurn();
}

/** Rounded up: waking early would only mean another timer. */
function delayFor(nanoseconds: bigint): number {
  const ms = (nanoseconds + nanosecondsPerMs - 1n) / nanosecondsPerMs;
  return ms > maxDelayMs ? maxDelayMs : Number(ms);
}

/** Ready from `instant` on; dropping it stops the timer. */
export class TimerPollable extends Pollable {
  readonly #readiness: TimerReadiness;

  /** @param idle of all timers of the invocation */
  constructor(instant: bigint, signal: AbortSignal, idle: IdleCalls) {
    const readiness = new TimerReadiness(instant, signal);
    super(readiness, idle);
    this.#readiness = readiness;
  }

  [Symbol.dispose](): void {
    this.#readiness.stop();
  }
}
