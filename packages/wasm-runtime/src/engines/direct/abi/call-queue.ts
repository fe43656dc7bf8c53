import { OrderedSet } from './ordered-set.js';

/** Somebody who waits to get into a guest. */
export interface Waiter {
  /** Whether it can go on, as soon as nobody is in the guest. */
  isReady(): boolean;
  /** Called inside. Must not throw. */
  go(): void;
}

/**
 * Lets calls into one guest, and the tasks that wait within it, go one after the other. What is to be done between two of them, with
 * nobody in the guest, goes before those that wait.
 */
export class CallQueue {
  #isBusy = false;
  readonly #waiting = new OrderedSet<Waiter>();
  #between: (() => void)[] = [];
  /** Told when nobody is in the guest and nobody can go in. */
  onIdle: (() => void) | undefined;

  /** Whether somebody is in the guest. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Whether there is nobody, and nothing, that goes in next. */
  get isQuiet(): boolean {
    return this.#waiting.size === 0 && this.#between.length === 0;
  }

  /** Goes in; only while nobody is. */
  enter(): void {
    this.#isBusy = true;
  }

  /** Resolves inside, when it is the caller's turn. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add({ isReady: always, go: resolve });
    });
  }

  /** Has somebody go on when it is ready and its turn comes: whoever waits longest of those that are ready. */
  wait(waiter: Waiter): void {
    this.#waiting.add(waiter);
  }

  /** It waits no longer. */
  forget(waiter: Waiter): void {
    this.#waiting.delete(waiter);
  }

  /** Does something as soon as nobody is in the guest. It must not throw. */
  whenLeft(action: () => void): void {
    this.#between.push(action);
  }

  /** Does something inside, at once if nobody is in the guest. It must not throw. */
  post(action: () => void): void {
    this.#between.push(action);
    this.poke();
  }

  /** Something happened that others may have waited for. */
  poke(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.leave();
  }

  /** Goes out. Whoever waits longest and is ready is inside then: nobody gets in between. */
  leave(): void {
    while (this.#between.length > 0) {
      const actions = this.#between;
      this.#between = [];
      for (const action of actions) action();
    }
    const next = this.#waiting.size === 0 ? undefined : this.#waiting.find((waiter) => waiter.isReady());
    if (next === undefined) {
      this.#isBusy = false;
      this.onIdle?.();
      return;
    }
    this.#waiting.delete(next);
    next.go();
  }
}

function always(): boolean {
  return true;
}
