import type { Preemption } from '../engines/preemption.js';
import type { SharedMemory } from '../engines/web-assembly.js';
import type { ThreadClock } from './guest-clock.js';

export interface GuestSlicesOptions {
  /** Calls back when the event loop has looked for what came in; by default `setImmediate`. */
  readonly afterTurn?: (callback: () => void) => void;
}

/**
 * Turns of the event loop between the slices of two guests. A request takes a few: one to arrive, one to be answered, one to be
 * sent. They pass at once where there is nothing to do.
 */
export const turnsBetween: number = 4;

/**
 * Has guests that compute take turns with all else that the thread does. A slice ends with the second tick of the clock that a guest
 * sees without the event loop having had a turn: after one to two ticks.
 */
export class GuestSlices implements Preemption {
  readonly word: SharedMemory;
  readonly #word: Int32Array<SharedArrayBuffer>;
  readonly #sleeping: Int32Array<SharedArrayBuffer>;
  readonly #afterTurn: (callback: () => void) => void;
  /** Guests that wait for their turn, by component; the component whose turn is next comes first. */
  readonly #waiting = new Map<object, (() => void)[]>();
  #hasTicked = false;
  #turnsLeft = turnsBetween;
  #turns = 0;
  #isScheduled = false;

  constructor({ word, sleeping }: ThreadClock, { afterTurn = setImmediate }: GuestSlicesOptions = {}) {
    this.word = word;
    this.#word = new Int32Array(word.buffer);
    this.#sleeping = sleeping;
    this.#afterTurn = afterTurn;
  }

  get isAsking(): boolean {
    return this.#word[0] !== 0;
  }

  get turns(): number {
    return this.#turns;
  }

  isSliceOver(): boolean {
    Atomics.store(this.#word, 0, 0);
    // In this order: see the clock's own half of it.
    if (Atomics.load(this.#sleeping, 0) === 1) this.#wakeClock();
    if (this.#hasTicked) return true;
    this.#schedule();
    this.#hasTicked = true;
    return false;
  }

  nextTurn(component: object): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(component);
    if (waiting === undefined) this.#waiting.set(component, [resolve]);
    else waiting.push(resolve);
    this.#schedule();
    return promise;
  }

  interrupt(): void {
    Atomics.store(this.#word, 0, 1);
  }

  #wakeClock(): void {
    if (Atomics.compareExchange(this.#sleeping, 0, 1, 0) === 1) Atomics.notify(this.#sleeping, 0);
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    // The stack may be at its end here, where a guest without end of recursion asks: a throw leaves all as it was.
    this.#afterTurn(this.#turn);
    this.#isScheduled = true;
  }

  /** One guest goes on after some turns of the event loop, however many wait. */
  readonly #turn = (): void => {
    this.#isScheduled = false;
    this.#hasTicked = false;
    this.#turns++;
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#turnsLeft--;
    if (this.#turnsLeft > 0) {
      this.#schedule();
      return;
    }
    this.#turnsLeft = turnsBetween;
    const [component, waiting] = next;
    this.#waiting.delete(component);
    waiting.shift()?.();
    if (waiting.length > 0) this.#waiting.set(component, waiting);
    if (this.#waiting.size > 0) this.#schedule();
  };
}
