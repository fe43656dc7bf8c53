import type { ComponentLimits } from './component-limits.js';
import type { StringMap } from './string-map.js';

/** A running component as the inventory tells it (docs/spec/control-interface.md#2.2). */
export interface ComponentDescription {
  readonly id: string;
  /** The reference exactly as the command gave it, scheme included. */
  readonly imageRef: string;
  /** The name of the embedded claims; absent without one. */
  readonly name?: string | undefined;
  readonly annotations: StringMap;
  /** The revision of the embedded claims, else 0. */
  readonly revision: number;
  readonly maxInstances: number;
  /** Absent when the command gave none (`null` on the wire). */
  readonly limits?: ComponentLimits | undefined;
}
