import type { WitField, WitResource, WitType } from '@wasmlattice/rpc';
import type { Definition } from '../binary/nodes.js';
import type { ImportedFunction, Lift } from '../instantiation.js';
import type { Scope } from './scope.js';

/** A function's type; its name belongs to whoever exports it. */
export interface FuncEntity {
  readonly params: readonly WitField[];
  readonly result: WitType | undefined;
  readonly async: boolean;
}

/** A component, defined or only described: worked out anew for each instantiation, with the arguments given. */
export interface ComponentEntity {
  readonly definitions: readonly Definition[];
  /** Where it is defined: outer aliases look here. */
  readonly scope: Scope;
}

export interface InstanceEntity {
  readonly exports: ReadonlyMap<string, Entity>;
}

export type TypeEntity =
  | { readonly kind: 'value'; readonly type: WitType }
  | { readonly kind: 'func'; readonly func: FuncEntity }
  /** Two resources are the same exactly when they are the same object. */
  | { readonly kind: 'resource'; readonly resource: WitResource }
  | { readonly kind: 'component'; readonly component: ComponentEntity }
  /** Worked out anew for each instance, because each instance brings its own resources. */
  | { readonly kind: 'instance'; readonly declaration: ComponentEntity };

/** What runs when a function is called; a function that is only described has none. */
export type FunctionSource =
  | { readonly kind: 'lift'; readonly lift: Lift }
  | { readonly kind: 'import'; readonly imported: ImportedFunction };

export interface FunctionEntity {
  readonly sort: 'func';
  readonly func: FuncEntity;
  readonly source: FunctionSource | undefined;
}

/** Anything that can be imported, exported or passed to an instantiation. */
export type Entity =
  | { readonly sort: 'core' }
  | { readonly sort: 'value' }
  | FunctionEntity
  | { readonly sort: 'type'; readonly type: TypeEntity }
  | { readonly sort: 'component'; readonly component: ComponentEntity }
  | { readonly sort: 'instance'; readonly instance: InstanceEntity };
