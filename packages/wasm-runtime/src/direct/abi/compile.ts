import type { WitFunction, WitResource } from '@wasmlattice/rpc';
import type { AbiInstance } from './abi-instance.js';
import type { CanonOptions, CoreFunction, CoreImport } from './core-types.js';

/** `canon lower` of one host function, the same for all instances of a component. */
export interface LowerPlan {
  /** @param suspends whether the host function may return a promise: the import suspends the guest until it settles */
  bind(instance: AbiInstance, options: CanonOptions, suspends: boolean): CoreImport;
}

/** `canon lift` of one exported function, the same for all instances of a component. */
export interface LiftPlan {
  /**
   * The function as the host calls it. A WIT `result` is returned as data. It rejects with what ended the guest, as it is:
   * an `AbiTrap`, V8's RuntimeError, an `ExitError`, the reason of the signal, what a host function threw.
   */
  bind(instance: AbiInstance, options: CanonOptions, core: CoreFunction): LiftedFunction;
}

export type LiftedFunction = (params: readonly unknown[]) => Promise<unknown>;

/**
 * @param importId verbatim id of the interface, `''` for a world-level function
 */
export function compileLower(_func: WitFunction, _importId: string): LowerPlan {
  throw new Error('not there yet');
}

/**
 * @param exportId verbatim id of the interface, `''` for a world-level function; for messages
 */
export function compileLift(_func: WitFunction, _exportId: string): LiftPlan {
  throw new Error('not there yet');
}

/** `canon resource.new`, for a resource the component defines. */
export function bindResourceNew(_instance: AbiInstance, _resource: WitResource): CoreFunction {
  throw new Error('not there yet');
}

/** `canon resource.rep`, for a resource the component defines. */
export function bindResourceRep(_instance: AbiInstance, _resource: WitResource): CoreFunction {
  throw new Error('not there yet');
}

/** `canon resource.drop`. */
export function bindResourceDrop(_instance: AbiInstance, _resource: WitResource): CoreFunction {
  throw new Error('not there yet');
}
