import type { WitResource, WitType } from '@wasmlattice/rpc';
import type { Definition } from '../binary/nodes.js';
import type { FunctionSource, FunctionType } from '../instantiation.js';
import type { Scope } from './scope.js';
import type { Substitution } from './substitution.js';

/** A component, defined or only described: worked out anew for each instantiation, with the arguments given. */
export interface ComponentEntity {
  readonly definitions: readonly Definition[];
  /** Where it is defined: outer aliases look here. */
  readonly scope: Scope;
  /** What is instantiated where the definitions only describe it. */
  readonly actual?: ComponentEntity;
  /** How whoever got it from another component knows the types of that one. */
  readonly substitutions?: readonly Substitution[];
}

export interface InstanceEntity {
  readonly exports: ReadonlyMap<string, Entity>;
}

export type TypeEntity =
  | { readonly kind: 'value'; readonly type: WitType }
  | { readonly kind: 'func'; readonly func: FunctionType }
  /** In one component, two resources are the same exactly when they are the same object. */
  | { readonly kind: 'resource'; readonly resource: WitResource }
  | { readonly kind: 'component'; readonly component: ComponentEntity }
  /** Worked out anew for each instance, because each instance brings its own resources. */
  | { readonly kind: 'instance'; readonly declaration: ComponentEntity };

export interface FunctionEntity {
  readonly sort: 'func';
  readonly func: FunctionType;
  /** A function that is only described has none. */
  readonly source: FunctionSource | undefined;
}

/** Anything that can be imported, exported or passed to an instantiation. */
export type Entity =
  | { readonly sort: 'core' }
  /** `module` is its place in `Instantiation.modules`; `undefined` for one that is only described. */
  | { readonly sort: 'core-module'; readonly module: number | undefined }
  | { readonly sort: 'value' }
  | FunctionEntity
  | { readonly sort: 'type'; readonly type: TypeEntity }
  | { readonly sort: 'component'; readonly component: ComponentEntity }
  | { readonly sort: 'instance'; readonly instance: InstanceEntity };
