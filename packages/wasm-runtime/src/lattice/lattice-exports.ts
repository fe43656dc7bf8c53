import type { WitFunction, WitResource, WitType } from '@wasmlattice/rpc';
import type { ComponentTypes } from '../engines/engine.js';
import { NoWireFormError } from './conversions.js';
import { handleForms } from './handle-forms.js';
import { resourcesIn } from './resources-in.js';
import { type WireForm, wireFormOf } from './wire-form.js';

/** One function of a component that the lattice can call. */
export interface LatticeExport {
  /** Verbatim export id, `''` for a world-level function; also the wire instance. */
  readonly instance: string;
  /** As the component declares it. */
  readonly func: WitFunction;
  readonly form: WireForm;
  /** Whether resources that the component itself defines are among the parameters: then the call is for the instance that made them. */
  readonly takesOwnResources: boolean;
  /** Whether they are in the result: then the instance lives on. */
  readonly givesOwnResources: boolean;
}

/** One function that can't be called over the lattice. */
export interface RefusedExport {
  readonly instance: string;
  readonly func: WitFunction;
  readonly reason: string;
}

export interface LatticeExports {
  readonly functions: readonly LatticeExport[];
  readonly refused: readonly RefusedExport[];
  /** Resources that the component itself defines, as far as these functions pass them. */
  readonly ownResources: ReadonlySet<WitResource>;
}

/** @param isHosted whether the host itself serves an interface (without version) */
export function planLatticeExports(
  types: ComponentTypes,
  isHosted: (name: string) => boolean,
): LatticeExports {
  const forms = handleForms(types, isHosted);
  const ownResources = new Set<WitResource>();
  const passesOwn = (types: readonly WitType[]): boolean => {
    const own = types.flatMap(resourcesIn).filter((resource) => forms(resource).kind === 'guest');
    for (const resource of own) ownResources.add(resource);
    return own.length > 0;
  };
  const functions: LatticeExport[] = [];
  const refused: RefusedExport[] = [];
  const all = [
    ...types.exports.flatMap(({ id, functions: own }) => own.map((func) => ({ instance: id, func }))),
    ...types.exportedFunctions.map((func) => ({ instance: '', func })),
  ];
  for (const { instance, func } of all) {
    try {
      functions.push({
        instance,
        func,
        form: wireFormOf(func, 'export', forms),
        takesOwnResources: passesOwn(func.params.map(({ type }) => type)),
        givesOwnResources: passesOwn(func.result === undefined ? [] : [func.result]),
      });
    } catch (error) {
      if (!(error instanceof NoWireFormError)) throw error;
      refused.push({ instance, func, reason: error.message });
    }
  }
  return { functions, refused, ownResources };
}
