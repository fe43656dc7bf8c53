import type { LiftLowerContext } from '../lift-lower-context.js';

/**
 * How the values of one type get from one part of a component to another. Nothing becomes a value of JavaScript that need not. As with
 * codecs, addresses are aligned and within the memory.
 */
export interface Crossing {
  /** From memory to memory. */
  copy(from: LiftLowerContext, source: number, to: LiftLowerContext, target: number): void;
  /** From core values in `from.flat` to such in `to.flat`. */
  pass(from: LiftLowerContext, source: number, to: LiftLowerContext, target: number): void;
}
