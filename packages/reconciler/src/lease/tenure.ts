/** The tenure is over, or can't be shown to last: another host may act by now. */
export class TenureOverError extends Error {
  override readonly name = 'TenureOverError';

  constructor() {
    super('another host may keep the applications by now: this one does nothing more');
  }
}

/** The time during which one host alone acts. */
export interface Tenure {
  /** A later tenure of the same lease has a higher number. */
  readonly number: number;
  /** Aborted at its end, or soon after: see {@link Tenure.isCurrent}. */
  readonly signal: AbortSignal;
  /**
   * Whether it lasts still, by the clock: a process that was paused learns of the end here, before any timer of its own runs. Ask right
   * before each act.
   */
  isCurrent(): boolean;
  /** @throws TenureOverError unless {@link Tenure.isCurrent} */
  assertCurrent(): void;
}

/** A tenure as the lease keeps it. */
export class RenewedTenure implements Tenure {
  readonly number: number;
  readonly #now: () => number;
  readonly #controller = new AbortController();
  #validUntil: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(number: number, validUntil: number, now: () => number) {
    this.number = number;
    this.#now = now;
    this.#validUntil = validUntil;
    this.#watch();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  isCurrent(): boolean {
    return !this.signal.aborted && this.#now() < this.#validUntil;
  }

  assertCurrent(): void {
    if (!this.isCurrent()) throw new TenureOverError();
  }

  /** It lasts until then, unless it has ended: what is over does not begin again. */
  extend(validUntil: number): void {
    if (this.isCurrent()) {
      this.#validUntil = validUntil;
      this.#watch();
    } else this.end();
  }

  end(): void {
    clearTimeout(this.#timer);
    if (!this.signal.aborted) this.#controller.abort(new TenureOverError());
  }

  #watch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end(), Math.max(0, this.#validUntil - this.#now()));
  }
}
