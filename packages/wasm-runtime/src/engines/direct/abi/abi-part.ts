import type { WitResource } from '@wasmlattice/rpc';
import type { AbiInstance } from './abi-instance.js';
import { AbiTrap } from './abi-trap.js';
import { PartTasks } from './async/part-tasks.js';
import { HandleTable } from './handle-table.js';
import { maxFlatParams } from './layout.js';

/**
 * Canonical ABI state of one part: what the specification calls a component instance. A component that is composed of others has one for
 * each of them, any other has one. What parts have in common is in {@link AbiInstance}: imports, waits, limits, failure, the call queue.
 *
 * State that each part has of its own belongs here: handles and all else that is in the same table, whether it may call out or be
 * called, what holds calls back. State of one call is in its task: {@link PartTasks}.
 */
export class AbiPart {
  readonly instance: AbiInstance;
  /** Place in {@link AbiInstance.parts}. */
  readonly index: number;
  readonly handles: HandleTable;
  /** Core values of the call under way: its arguments, and the pointer to where the result goes. */
  readonly flat: (number | bigint)[] = Array.from({ length: maxFlatParams + 1 }, () => 0);
  /** The part and those it is in, this one first. */
  readonly chain: readonly AbiPart[];
  /** False while code of the part, or of one within it, is on the stack: then nobody may call it. */
  mayEnter = true;
  /** False while the part's own realloc or post-return runs, and once the guest has failed: it may not call out then. */
  mayLeave = true;
  readonly tasks: PartTasks = new PartTasks(this);

  /** @param parent what instantiates it */
  constructor(instance: AbiInstance, index: number, parent: AbiPart | undefined) {
    this.instance = instance;
    this.index = index;
    this.chain = parent === undefined ? [this] : [this, ...parent.chain];
    this.handles = new HandleTable(instance.handleCount);
  }

  /** Before a host function or a resource built-in runs. */
  leave(label: string): void {
    this.instance.noteCallOut();
    this.assertMayLeave(label);
  }

  /** Before a function of another part runs. */
  assertMayLeave(label: string): void {
    if (!this.mayLeave) {
      throw (
        this.instance.failure?.error ??
        new AbiTrap(`${label}: called by the guest's own realloc or post-return`)
      );
    }
  }

  /** Whether it knows resources of that type by numbers of its own choice, and is given those when they are lent to it. */
  defines(resource: WitResource): boolean {
    const origin = this.instance.originOf(resource);
    return origin.kind === 'guest' && origin.part === this.index;
  }

  /**
   * Goes into this part and those it is in that `caller` is not in as well. {@link AbiPart.exit} comes out.
   *
   * https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#component-instances
   *
   * @param caller a part that calls, or nothing for the host
   */
  enter(caller: AbiPart | undefined, label: string): void {
    if (caller === this) return;
    for (const part of this.chain) {
      if (caller?.chain.includes(part)) return;
      if (!part.mayEnter)
        throw new AbiTrap(`${label}: cannot enter a component that waits for this very call`);
      part.mayEnter = false;
    }
  }

  /** Whether {@link AbiPart.enter} would go in. */
  mayBeEnteredFrom(caller: AbiPart): boolean {
    for (const part of this.chain) {
      if (caller.chain.includes(part)) return true;
      if (!part.mayEnter) return false;
    }
    return true;
  }

  exit(caller: AbiPart | undefined): void {
    if (caller === this) return;
    for (const part of this.chain) {
      if (caller?.chain.includes(part)) return;
      part.mayEnter = true;
    }
  }

  /** Whether one of the two is in the other, or they are the same. */
  isRelatedTo(other: AbiPart): boolean {
    return this.chain.includes(other) || other.chain.includes(this);
  }
}
