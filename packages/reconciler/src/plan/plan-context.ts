import type { Manifest } from '@wasmlattice/applications';
import type { Link } from '@wasmlattice/control-interface';
import type { Draft } from './draft.js';
import type { LatticeState } from './lattice-state.js';
import type { PutForApplication } from './link-values.js';

/** What the parts of a plan for one application go by. */
export interface PlanContext {
  readonly application: string;
  readonly manifest: Manifest;
  /** The lattice as it is. */
  readonly observed: LatticeState;
  /** The lattice as it will be once all that was asked for is done. */
  readonly state: LatticeState;
  /** What was put for the application so far. */
  readonly put: PutForApplication;
  readonly draft: Draft;
  /** Links of all applications that are to run. */
  readonly wantedLinks: readonly Link[];
  /** Names of the configs that these put. */
  readonly wantedConfigs: ReadonlySet<string>;
}
