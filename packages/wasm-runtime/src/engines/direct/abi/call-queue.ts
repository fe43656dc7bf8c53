/**
 * Lets calls into one guest go one after the other. What is to be done between two calls, with nobody in the guest, goes
 * before the calls that wait.
 */
export class CallQueue {
  #isBusy = false;
  readonly #waiting: (() => void)[] = [];
  #between: (() => void)[] = [];

  /** Whether somebody is in the guest. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Goes in; only while nobody is. */
  enter(): void {
    this.#isBusy = true;
  }

  /** Resolves inside, when it is the caller's turn. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** Does something as soon as nobody is in the guest. It must not throw. */
  whenLeft(action: () => void): void {
    this.#between.push(action);
  }

  /** Goes out. Whoever waits longest is inside then: nobody gets in between. */
  leave(): void {
    while (this.#between.length > 0) {
      const actions = this.#between;
      this.#between = [];
      for (const action of actions) action();
    }
    const next = this.#waiting.shift();
    if (next === undefined) this.#isBusy = false;
    else next();
  }
}
