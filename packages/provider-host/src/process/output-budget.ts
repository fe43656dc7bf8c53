/** How much of what a provider writes is read and logged. */
export interface OutputLimits {
  /** Lines of both outputs that are logged within a second; what is beyond is left out. Default 1,000. */
  readonly linesPerSecond?: number | undefined;
  /**
   * Bytes of one output that are read within a second. Default 4 MiB. Beyond it the output is not read until the second is over, and the
   * provider waits when it writes: to read and drop what comes without end would keep a core busy.
   */
  readonly bytesPerSecond?: number | undefined;
}

const defaultLinesPerSecond = 1_000;
const defaultBytesPerSecond = 4 * 1024 * 1024;

/** Counts in seconds, the first of which begins with the first count. */
class SecondBudget {
  readonly #most: number;
  readonly #now: () => number;
  #endsAt = 0;
  #used = 0;

  constructor(most: number, now: () => number) {
    this.#most = most;
    this.#now = now;
  }

  /** @returns how long it is until there is room again, in ms; 0 while there is */
  take(count: number): number {
    const now = this.#now();
    if (now >= this.#endsAt) {
      this.#endsAt = now + 1_000;
      this.#used = 0;
    }
    this.#used += count;
    return this.#used > this.#most ? this.#endsAt - now : 0;
  }
}

/** What one provider may write, by {@link OutputLimits}. */
export class OutputBudget {
  readonly linesPerSecond: number;
  readonly #lines: SecondBudget;
  readonly #bytes: () => SecondBudget;
  #leftOut = 0;

  /** @param now milliseconds that never go back */
  constructor(limits: OutputLimits = {}, now: () => number = () => performance.now()) {
    this.linesPerSecond = limits.linesPerSecond ?? defaultLinesPerSecond;
    this.#lines = new SecondBudget(this.linesPerSecond, now);
    this.#bytes = () => new SecondBudget(limits.bytesPerSecond ?? defaultBytesPerSecond, now);
  }

  /**
   * Whether one more line may be logged: `first-left-out` for the first that may not, `after` how many were left out for the first that may
   * again.
   */
  line():
    | { readonly tag: 'log'; readonly after: number }
    | { readonly tag: 'drop'; readonly isFirst: boolean } {
    if (this.#lines.take(1) > 0) {
      this.#leftOut += 1;
      return { tag: 'drop', isFirst: this.#leftOut === 1 };
    }
    return { tag: 'log', after: this.takeLeftOut() };
  }

  /** How many lines were left out and not told of yet. */
  takeLeftOut(): number {
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    return leftOut;
  }

  /** For one output: takes what was read, and says how long to wait before more is, in ms. */
  reader(): (bytes: number) => number {
    const budget = this.#bytes();
    return (bytes) => budget.take(bytes);
  }
}
