import { backoffMs } from '@wasmlattice/provider-host';

/** A cause outside of the lattice, such as a bucket that is not there yet or a port that another program holds, tells nobody that it is gone. */
const waits = { baseMs: 2_000, maxMs: 60_000 };

/** Runs a task once after so many ms. @returns what keeps it from running */
export type Schedule = (task: () => void, ms: number) => () => void;

const byTimer: Schedule = (task, ms) => {
  const timer = setTimeout(task, ms).unref();
  return () => clearTimeout(timer);
};

/** When links of a provider that have failed are tried again: first soon, then more and more rarely. */
export class LinkRetries {
  readonly #tryAgain: () => void;
  readonly #schedule: Schedule;
  #tries = 0;
  #cancel: (() => void) | undefined;

  constructor(tryAgain: () => void, schedule: Schedule = byTimer) {
    this.#tryAgain = tryAgain;
    this.#schedule = schedule;
  }

  /** A link has failed. One wait is for all of them. */
  plan(): void {
    if (this.#cancel !== undefined) return;
    this.#tries++;
    const run = (): void => {
      this.#cancel = undefined;
      this.#tryAgain();
    };
    this.#cancel = this.#schedule(run, backoffMs(this.#tries, waits, Math.random));
  }

  /** No link fails any more: the next one that does is tried soon. */
  reset(): void {
    this.#tries = 0;
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
