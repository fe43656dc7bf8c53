/** The tenure is over, or can't be shown to last: another host may act by now. */
export class TenureOverError extends Error {
  override readonly name = 'TenureOverError';

  /** @param cause why it is over, for people */
  constructor(cause?: string) {
    super('another host may keep the applications by now: this one does nothing more', { cause });
  }
}

/** How a host came to act. */
export interface Accession {
  /** What became of the lease before, for people: `nobody kept them before`. */
  readonly reason: string;
  /** Whether nobody lost the lease by it. */
  readonly isOrderly: boolean;
}

/** The time during which one host alone acts. */
export interface Tenure {
  /** A later tenure of the same lease has a higher number. */
  readonly number: number;
  readonly accession: Accession;
  /** Why it ended, for people; `undefined` while it lasts, and when the lease was given up. */
  readonly lossReason: string | undefined;
  /** Aborted at its end: when another host has begun, the connection was lost, or the lease was given up. */
  readonly signal: AbortSignal;
  /**
   * Whether this host may act right now, by the clock: ask before each act. While a renewal is late it may not; it may again when that
   * succeeds after all, as then nobody else has begun meanwhile.
   */
  isCurrent(): boolean;
  /** @throws TenureOverError unless {@link Tenure.isCurrent} */
  assertCurrent(): void;
}

/** A tenure as the lease keeps it. */
export class RenewedTenure implements Tenure {
  readonly number: number;
  readonly accession: Accession;
  readonly #now: () => number;
  readonly #controller = new AbortController();
  #validUntil: number;
  #lossReason: string | undefined;

  constructor(number: number, accession: Accession, validUntil: number, now: () => number) {
    this.number = number;
    this.accession = accession;
    this.#now = now;
    this.#validUntil = validUntil;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get lossReason(): string | undefined {
    return this.#lossReason;
  }

  isCurrent(): boolean {
    return !this.signal.aborted && this.#now() < this.#validUntil;
  }

  assertCurrent(): void {
    if (!this.isCurrent()) throw new TenureOverError();
  }

  /** The server took a renewal over the one before: nobody else has had the lease since. */
  extend(validUntil: number): void {
    this.#validUntil = validUntil;
  }

  /** @param lossReason `undefined` when it is given up */
  end(lossReason: string | undefined): void {
    if (this.signal.aborted) return;
    this.#lossReason = lossReason;
    this.#controller.abort(new TenureOverError(lossReason));
  }
}
