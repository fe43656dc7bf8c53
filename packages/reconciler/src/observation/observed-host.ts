import type { HostInventory } from '@wasmlattice/control-interface';

/** A host as it was seen last. */
export interface ObservedHost {
  readonly inventory: HostInventory;
  /**
   * Whether it is there for so long that work which runs elsewhere may move to it. One that comes and goes gets what is missing, and
   * takes nothing from others.
   */
  readonly isSettled: boolean;
}
