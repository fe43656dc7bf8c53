import { monotonicMs } from '../pool/monotonic-clock.js';

export interface LogGateOptions {
  /** Most records of a window of one second. */
  readonly perSecond: number;
  /** Told at the end of a window how many of its records were dropped, if any. */
  readonly onDropped: (records: number) => void;
  /** By default `monotonicMs`. */
  readonly now?: () => number;
}

const windowMs = 1_000;

/** Lets so many records pass in a second: what a component logs is written by the thread that others share. */
export class LogGate {
  readonly #perSecond: number;
  readonly #onDropped: (records: number) => void;
  readonly #now: () => number;
  #windowEnd = Number.NEGATIVE_INFINITY;
  #passed = 0;
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor({ perSecond, onDropped, now = monotonicMs }: LogGateOptions) {
    this.#perSecond = perSecond;
    this.#onDropped = onDropped;
    this.#now = now;
  }

  /** Whether one more record may be written. */
  pass(): boolean {
    const now = this.#now();
    if (now >= this.#windowEnd) {
      this.#tell();
      this.#windowEnd = now + windowMs;
      this.#passed = 0;
    }
    if (this.#passed < this.#perSecond) {
      this.#passed++;
      return true;
    }
    this.#dropped++;
    // A flood may end, and nothing is logged any more that could tell.
    this.#timer ??= setTimeout(() => this.#tell(), windowMs).unref();
    return false;
  }

  /** Tells of what was dropped last. */
  close(): void {
    this.#tell();
  }

  #tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const dropped = this.#dropped;
    this.#dropped = 0;
    if (dropped > 0) this.#onDropped(dropped);
  }
}
