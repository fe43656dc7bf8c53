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
  /** Calls back when the event loop has looked for what came in; what one callback sets going is done before the next one. */
  readonly afterTurn: (callback: () => void) => void;
  /** Those that have used up their slice, or wait. */
  readonly #spent = new Set<FairShare>();
  #isScheduled = false;

  constructor({ sliceMs = 5, afterTurn = setImmediate }: FairTurnsOptions = {}) {
    this.sliceMs = sliceMs;
    this.afterTurn = afterTurn;
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
    this.afterTurn(this.#renew);
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
  /** Callbacks under way, each of which begins one of those that wait. */
  #callbacks = 0;
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
    if (isSpent) this.#turns.renewNext(this);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    this.#callBack();
    return promise;
  }

  /**
   * A new slice: those that wait begin one after another, each in a callback of its own. Most are over, and their instances back, by the end
   * of their callback, so that the next one takes the instance that the caches hold.
   */
  renew(): void {
    this.#sliceFrom = this.#account.ms;
    this.#next();
    while (this.#callbacks < this.#waiting.length) this.#callBack();
  }

  get #isSpent(): boolean {
    return this.#account.ms - this.#sliceFrom >= this.#turns.sliceMs;
  }

  #callBack(): void {
    this.#callbacks++;
    this.#turns.afterTurn(this.#onCallback);
  }

  readonly #onCallback = (): void => {
    this.#callbacks--;
    this.#next();
  };

  #next(): void {
    if (this.#waiting.length === 0) return;
    if (this.#isSpent) this.#turns.renewNext(this);
    else this.#waiting.shift()?.();
  }
}
