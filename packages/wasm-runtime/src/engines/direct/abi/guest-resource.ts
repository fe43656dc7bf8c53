import type { WitResource } from '@wasmlattice/rpc';
import type { Lendable } from './handle-table.js';

/** What a resource needs of the instance that defines it. */
export interface ResourceOwner {
  /** Changes when the instance starts a new invocation: nothing of the one before is left then. */
  readonly invocation: number;
  /** Runs the guest's destructor, or has it run as soon as the call under way is over. */
  destroy(resource: WitResource, rep: number): void;
}

/** A resource the guest defined, in the hands of the host: opaque, to be passed back to the same guest or disposed. */
export class GuestResource implements Lendable {
  readonly #owner: ResourceOwner;
  readonly #invocation: number;
  readonly #resource: WitResource;
  readonly #rep: number;
  #isGone = false;
  lends = 0;

  constructor(owner: ResourceOwner, resource: WitResource, rep: number) {
    this.#owner = owner;
    this.#invocation = owner.invocation;
    this.#resource = resource;
    this.#rep = rep;
  }

  /** What the guest knows it by; `undefined` when it is gone or belongs to another guest or type. */
  repFor(owner: ResourceOwner, resource: WitResource): number | undefined {
    const isThere =
      !this.#isGone &&
      this.#owner === owner &&
      this.#resource === resource &&
      this.#invocation === owner.invocation;
    return isThere ? this.#rep : undefined;
  }

  /** The guest has it back. */
  moved(): void {
    this.#isGone = true;
  }

  /**
   * Drops it: the guest's destructor runs, after the call that is under way. A second time does nothing.
   *
   * @throws what ended the guest in its destructor
   */
  [Symbol.dispose](): void {
    if (this.#isGone) return;
    this.#isGone = true;
    if (this.#invocation === this.#owner.invocation) this.#owner.destroy(this.#resource, this.#rep);
  }
}
