import type { Manifest } from '@wasmlattice/applications';
import type { Link, UndeliveredLink } from '@wasmlattice/control-interface';
import type { Draft } from './draft.js';
import type { LatticeState } from './lattice-state.js';
import type { LinkIndex } from './link-index.js';
import type { PutForApplication, PutLink } from './link-values.js';

/** What the parts of a plan go by, whatever they are about. */
export interface CommonContext {
  /** The lattice as it is. */
  readonly observed: LatticeState;
  /** The lattice as it will be once all that was asked for is done. */
  readonly state: LatticeState;
  readonly links: {
    /** Of {@link CommonContext.observed}. */
    readonly observed: LinkIndex<Link>;
    /** Of {@link CommonContext.state}. */
    readonly state: LinkIndex<Link>;
    /** Of all applications that are to run. */
    readonly wanted: LinkIndex<Link>;
    /** Those that do not serve on some host. */
    readonly undelivered: LinkIndex<UndeliveredLink>;
  };
  /** Names of the configs that applications put which are to run. */
  readonly wantedConfigs: ReadonlySet<string>;
  readonly draft: Draft;
}

/** What the parts of a plan for one application go by. */
export interface PlanContext extends CommonContext {
  readonly application: string;
  readonly manifest: Manifest;
  /** What was put for the application so far. */
  readonly put: PutForApplication;
  /** Links of {@link PlanContext.put}. */
  readonly putLinks: LinkIndex<PutLink>;
  /** What runs beside the deployed version. */
  readonly canary?: WantedCanary | undefined;
}

export interface WantedCanary {
  readonly share: number;
  /** Of the new version, by names of components. */
  readonly images: ReadonlyMap<string, string>;
}
