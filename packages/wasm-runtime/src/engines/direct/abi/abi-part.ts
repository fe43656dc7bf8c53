import type { WitResource } from '@wasmlattice/rpc';
import type { AbiInstance } from './abi-instance.js';
import { AbiTrap } from './abi-trap.js';
import { HandleTable } from './handle-table.js';
import { maxFlatParams } from './layout.js';

/**
 * Canonical ABI state of one part: what the specification calls a component instance. A component that is composed of others has one for
 * each of them, any other has one. What parts have in common is in {@link AbiInstance}: imports, waits, limits, failure, the call queue.
 *
 * State that each part has of its own belongs here: handles and all else that is in the same table, whether it may call out or be
 * called, what holds calls back. State of one call is to be kept with the call: {@link AbiPart.borrows} counts for the call under way, since
 * there is one at a time.
 */
export class AbiPart {
  readonly instance: AbiInstance;
  /** Place in {@link AbiInstance.parts}. */
  readonly index: number;
  readonly handles: HandleTable;
  /** Core values of the call under way: its arguments, and the pointer to where the result goes. */
  readonly flat: (number | bigint)[] = Array.from({ length: maxFlatParams + 1 }, () => 0);
  /** False while the part's own realloc or post-return runs, and once the guest has failed: it may not call out then. */
  mayLeave = true;
  /** Handles the part was lent for the call under way and has not dropped yet. */
  borrows = 0;

  constructor(instance: AbiInstance, index: number) {
    this.instance = instance;
    this.index = index;
    this.handles = new HandleTable(instance.handleCount);
  }

  /** Before a host function or a resource built-in runs. */
  leave(label: string): void {
    this.instance.noteCallOut();
    if (!this.mayLeave) {
      throw (
        this.instance.failure?.error ??
        new AbiTrap(`${label}: called by the guest's own realloc or post-return`)
      );
    }
  }

  /** Whether it knows resources of that type by numbers of its own choice, and is given those when they are lent to it. */
  defines(resource: WitResource): boolean {
    return this.instance.definerOf(resource) === this.index;
  }
}
