/** Node.js takes a longer delay for none at all. */
const maxDelayMs = 2 ** 31 - 1;

/**
 * One timer for the deadlines of all calls: nearly all end long before theirs, so that starting and stopping a timer for
 * each costs more than now and then looking through those in flight. Times are those of `performance.now()`.
 */
export class DeadlineTimer {
  readonly #sweep: (now: number) => number;
  #timer: NodeJS.Timeout | undefined;
  #due = Number.POSITIVE_INFINITY;

  /** @param sweep ends what is overdue, and returns the earliest deadline that is left, `Infinity` for none */
  constructor(sweep: (now: number) => number) {
    this.#sweep = sweep;
  }

  /** The sweep comes no later than at this time. */
  include(deadline: number): void {
    if (deadline >= this.#due) return;
    this.#due = deadline;
    clearTimeout(this.#timer);
    const delay = Math.min(deadline - performance.now(), maxDelayMs);
    // The connection keeps the process alive as long as there is something to wait for.
    this.#timer = setTimeout(this.#fire, Math.max(0, Math.ceil(delay))).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#due = Number.POSITIVE_INFINITY;
  }

  readonly #fire = (): void => {
    this.#due = Number.POSITIVE_INFINITY;
    // Timers run on the clock of the event loop, which is up to a millisecond behind.
    this.include(this.#sweep(performance.now() + 1));
  };
}
