import type { GuestAccount } from './guest-time.js';

export interface FairTurnsOptions {
  /** How long guests of one component may compute before others have their turn, in ms, by default 5. */
  readonly sliceMs?: number;
  /** Calls back when the event loop has looked for what came in; by default `setImmediate`. */
  readonly afterTurn?: (callback: () => void) => void;
}

/**
 * Has the components of a thread take turns. One whose guests have computed for its slice begins no further invocation before the
 * event loop has looked for what came in for the others, and those that wait have had their slice. What has begun goes on.
 */
export class FairTurns {
  readonly sliceMs: number;
  readonly #afterTurn: (callback: () => void) => void;
  /** Those that have used up their slice, or wait. */
  readonly #spent = new Set<FairShare>();
  #isScheduled = false;

  constructor({ sliceMs = 5, afterTurn = setImmediate }: FairTurnsOptions = {}) {
    this.sliceMs = sliceMs;
    this.#afterTurn = afterTurn;
  }

  /** The part of one component, whose guests compute on this account. */
  share(account: GuestAccount): FairShare {
    return new FairShare(this, account);
  }

  /** It is to be given a new slice in the next turn. */
  renewNext(share: FairShare): void {
    this.#spent.add(share);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#afterTurn(this.#renew);
  }

  readonly #renew = (): void => {
    this.#isScheduled = false;
    const shares = [...this.#spent];
    this.#spent.clear();
    for (const share of shares) share.renew();
  };
}

/** One component's part in the turns of a thread. */
export class FairShare {
  readonly #turns: FairTurns;
  readonly #account: GuestAccount;
  readonly #waiting: (() => void)[] = [];
  /** What the account had when the slice began. */
  #sliceFrom = 0;

  constructor(turns: FairTurns, account: GuestAccount) {
    this.#turns = turns;
    this.#account = account;
  }

  /** Resolves when an invocation may begin; `undefined`: at once. */
  enter(): Promise<void> | undefined {
    const isSpent = this.#isSpent;
    if (!isSpent && this.#waiting.length === 0) return undefined;
    this.#turns.renewNext(this);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    return promise;
  }

  /** A new slice: the first of those that wait begins, and each further one when the one before it stops to compute. */
  renew(): void {
    this.#sliceFrom = this.#account.ms;
    if (this.#waiting.length === 0) return;
    this.#account.onLeave = () => this.#next();
    this.#next();
    // Whatever becomes of the one that begins now.
    if (this.#waiting.length > 0) this.#turns.renewNext(this);
  }

  get #isSpent(): boolean {
    return this.#account.ms - this.#sliceFrom >= this.#turns.sliceMs;
  }

  #next(): void {
    if (this.#isSpent) return;
    this.#waiting.shift()?.();
    if (this.#waiting.length === 0) this.#account.onLeave = undefined;
  }
}
