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
 * Ticks of the clock that a slice ends with: a guest computes for one to two of them. The first may have come before it began.
 */
const ticksInSlice = 2;

/**
 * Has guests that compute take turns with all else that the thread does. A slice ends with the second tick that there was since the
 * event loop had a turn and since the guest's invocation began: a short invocation is not suspended for what those before it computed.
 * While it waited the next ones would take instances whose memory no cache holds.
 */
export class GuestSlices implements Preemption {
  readonly word: SharedMemory;
  readonly #word: Int32Array<SharedArrayBuffer>;
  readonly #sleeping: Int32Array<SharedArrayBuffer>;
  readonly #afterTurn: (callback: () => void) => void;
  /** Guests that wait for their turn, by component; the component whose turn is next comes first. */
  readonly #waiting = new Map<object, (() => void)[]>();
  #ticks = 0;
  /** When the event loop had its last turn. */
  #ticksAtTurn = 0;
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

  get ticks(): number {
    return this.#ticks;
  }

  get turns(): number {
    return this.#turns;
  }

  isSliceOver(ticksAtStart: number): boolean {
    Atomics.store(this.#word, 0, 0);
    // In this order: see the clock's own half of it.
    if (Atomics.load(this.#sleeping, 0) === 1) this.#wakeClock();
    this.#schedule();
    this.#ticks++;
    return this.#ticks - Math.max(ticksAtStart, this.#ticksAtTurn) >= ticksInSlice;
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
    this.#ticksAtTurn = this.#ticks;
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
