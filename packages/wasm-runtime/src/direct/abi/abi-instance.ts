import type { WitResource } from '@wasmlattice/rpc';
import type { HostImports } from '../../engine.js';
import type { ResourceOrigin } from './core-types.js';

/** Canonical ABI state of one component instance: its handle table, what runs in it, the imports of the invocation. */
export class AbiInstance {
  readonly #resources: ReadonlyMap<WitResource, ResourceOrigin>;

  constructor(resources: ReadonlyMap<WitResource, ResourceOrigin>) {
    this.#resources = resources;
  }

  /** Before core modules are instantiated, and again before each invocation. */
  arm(_imports: HostImports, _signal: AbortSignal | undefined): void {
    throw new Error(`not there yet ${this.#resources.size}`);
  }

  /**
   * Whether a host function or a resource built-in ran since {@link AbiInstance.arm}. When one did while the core modules
   * were instantiated, a snapshot taken after it holds what belonged to that one invocation.
   */
  get hasCalledOut(): boolean {
    throw new Error('not there yet');
  }

  /**
   * After an invocation: disposes the host objects that are left in the table and forgets the imports.
   *
   * @returns false when the instance must not be used again: the guest trapped, is still running, or left a resource of
   * its own behind
   */
  disarm(): boolean {
    throw new Error('not there yet');
  }
}
