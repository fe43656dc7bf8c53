import { OptionalWait } from '../../../engines/optional-wait.js';

/** So many calls may find nothing before the event loop turns: a guest that asks now and then does not pay for it. */
const MOST_IN_A_ROW = 16;

/**
 * Counts the calls by which a guest asks for something without waiting for it. A guest may do so in a loop, and what it asks for
 * comes by the event loop, as everything else does that its thread serves. So after a few calls that moved nothing one suspends
 * the guest until the event loop has turned.
 *
 * Each thing that a guest can ask has its own: what moves elsewhere does not bring what is asked for here.
 */
export class IdleCalls {
  #count = 0;

  /** Returns what a call that moved nothing returns to the guest. */
  count<T>(found: T): T | OptionalWait<T> {
    this.#count++;
    if (this.#count < MOST_IN_A_ROW) return found;
    this.#count = 0;
    return new OptionalWait(found, nextTurn());
  }

  /** A call moved data. */
  reset(): void {
    this.#count = 0;
  }
}

/** Resolves when the event loop has turned. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
