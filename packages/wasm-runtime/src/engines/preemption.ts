import { type SharedMemory, webAssembly } from './web-assembly.js';

/** Has a say while guests compute. Guests of all components of a thread share one. */
export interface Preemption {
  /** Its first word is 0 while guests may go on; otherwise the next check of any guest of the thread asks. */
  readonly word: SharedMemory;
  /** Whether the word is set. */
  readonly isAsking: boolean;
  /** How often guests of the thread have found the word set. */
  readonly ticks: number;
  /** How often others have had their turn. */
  readonly turns: number;
  /**
   * A guest found the word set, which this sets back. Whether others are to have their turn now.
   *
   * @param ticksAtStart what {@link Preemption.ticks} was when its invocation began
   */
  isSliceOver(ticksAtStart: number): boolean;
  /** Resolves when it is this guest's turn again; those of one `component` share the turns of that. */
  nextTurn(component: object): Promise<void>;
  /** Sets the word: some guest is to be ended at its next check. */
  interrupt(): void;
}

let none: Preemption | undefined;

/** For engines whose guests go on as long as they like: a word that no clock sets. One for the thread. */
export function withoutPreemption(): Preemption {
  none ??= makeNone();
  return none;
}

function makeNone(): Preemption {
  const word = new webAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const view = new Int32Array(word.buffer);
  return {
    word,
    get isAsking() {
      return view[0] !== 0;
    },
    ticks: 0,
    turns: 0,
    isSliceOver() {
      view[0] = 0;
      return false;
    },
    nextTurn: () => Promise.resolve(),
    interrupt() {
      view[0] = 1;
    },
  };
}
