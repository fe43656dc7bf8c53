import type { Layout } from './layout.js';
import type { LiftLowerContext } from './lift-lower-context.js';

/**
 * How the values of one type pass between guest and host; the same for all calls and instances. An address given to
 * `load` and `store` is aligned for the type, and the memory holds the whole value: whoever calls them has checked that
 * for the outermost value, and the layout guarantees it for all within.
 */
export interface Codec {
  readonly layout: Layout;
  /** Guest to host, from memory. */
  load(cx: LiftLowerContext, address: number): unknown;
  /** Host to guest, into memory. */
  store(cx: LiftLowerContext, address: number, value: unknown): void;
  /** Guest to host, from the core values in `cx.flat`, the first one at `slot`. */
  lift(cx: LiftLowerContext, slot: number): unknown;
  /** Host to guest, as core values in `cx.flat`. */
  lower(cx: LiftLowerContext, slot: number, value: unknown): void;
}
