import type { WitResource } from '@wasmlattice/rpc';
import type {
  CoreInstance,
  CoreItem,
  CoreOptions,
  DefinedResource,
  ImportedFunction,
  InstantiatedPart,
} from '../../formats/component/index.js';
import type { RewrittenModule } from '../../formats/core-module/index.js';
import type { ComponentTypes } from '../engine.js';
import type { CoreModule } from '../web-assembly.js';
import type { CallPlan, LiftPlan, LowerPlan } from './abi/index.js';
import type { SharedMappedImage } from './memory/index.js';

/** Everything that is the same for all instances of a component. */
export interface Program {
  readonly component: string;
  readonly types: ComponentTypes;
  readonly modules: readonly ProgramModule[];
  readonly instances: readonly CoreInstance[];
  readonly parts: readonly InstantiatedPart[];
  readonly lowers: ReadonlyMap<CoreItem, PlannedLower>;
  /** Calls from one part to another. */
  readonly calls: ReadonlyMap<CoreItem, CallPlan>;
  /** Exported functions by instance (`''` for the world itself) and name. */
  readonly exports: ReadonlyMap<string, ReadonlyMap<string, PlannedExport>>;
  readonly definedResources: ReadonlyMap<WitResource, DefinedResource>;
  readonly importedResources: ReadonlySet<WitResource>;
  /** Resource types that a part must not know to be another one, and which one each is. */
  readonly resourceViews: ReadonlyMap<WitResource, WitResource>;
  /** Linear memories of an instance. */
  readonly memories: number;
  /** What the memories hold in a new instance, where that is known before there is one and can be shared. */
  readonly images?: readonly SharedMappedImage[] | undefined;
  readonly starts: Starts;
  /** Whether instances change tables, so that a reset has to put those back. */
  readonly writesTables: boolean;
  /** Why instances can't be reset, so that each serves one invocation; `undefined` when they can. */
  readonly resetObstacle: string | undefined;
}

/**
 * When start functions run: `never`, since there is none; `last`, when all else of the instance is there; `between`: what is
 * instantiated later changes memories or tables after them.
 */
export type Starts = 'never' | 'last' | 'between';

export interface ProgramModule {
  readonly module: CoreModule;
  /** Where its state is, and what the host gives it. */
  readonly layout: Omit<RewrittenModule, 'bytes' | 'obstacle' | 'isDataApart'>;
}

export interface PlannedLower {
  readonly plan: LowerPlan;
  readonly suspends: boolean;
}

export type PlannedExport = PlannedLift | PlannedReexport;

/** An import that the component exports as it is. */
export interface PlannedReexport {
  readonly kind: 'reexport';
  readonly imported: ImportedFunction;
}

export interface PlannedLift {
  readonly kind: 'lift';
  /** The part that is called. */
  readonly part: number;
  readonly plan: LiftPlan;
  readonly core: CoreItem;
  readonly options: CoreOptions;
}
