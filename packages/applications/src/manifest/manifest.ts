import type { StringMap } from '@wasmlattice/control-interface';

/** An application as a manifest in wadm's OAM format describes it, with defaults filled in and old spellings replaced. */
export interface Manifest {
  /** Name of the application, unique in a lattice. */
  readonly name: string;
  readonly version: string | undefined;
  readonly description: string | undefined;
  readonly components: readonly ManifestComponent[];
}

/** A component or a provider of an application. */
export interface ManifestComponent {
  /** Name within the manifest; links refer to it. */
  readonly name: string;
  /** `capability` is OAM's word for a provider. */
  readonly kind: 'component' | 'capability';
  readonly source: ComponentSource;
  /** Id in the lattice when it is not derived from the names. */
  readonly id: string | undefined;
  readonly config: readonly ConfigEntry[];
  readonly scalers: readonly Scaler[];
  readonly links: readonly ManifestLink[];
}

/** Where a component comes from: an image, or an application that is deployed already and shares it. */
export type ComponentSource =
  | { readonly kind: 'image'; readonly image: string }
  | { readonly kind: 'shared'; readonly application: string; readonly component: string };

/**
 * A named config: with properties it is put under a name of this application, without it must exist already. The properties of a secret are
 * its reference.
 */
export interface ConfigEntry {
  readonly name: string;
  readonly properties: StringMap | undefined;
  readonly isSecret?: boolean;
}

/**
 * How often and where something runs: `spread` divides the instances among the spreads, `daemon` runs that many on
 * each matching host.
 */
export interface Scaler {
  readonly kind: 'spread' | 'daemon';
  readonly instances: number;
  /** At least one. */
  readonly spreads: readonly Spread[];
}

/** Hosts by their labels. */
export interface Spread {
  readonly name: string;
  /** Labels a host must have, each with exactly this value. */
  readonly requirements: StringMap;
  /** Share of the instances in relation to the other spreads. */
  readonly weight: number;
}

/** A link from the component that has the trait to the one it names. */
export interface ManifestLink {
  readonly name: string;
  /** Name of a component of the manifest. */
  readonly target: string;
  readonly namespace: string;
  readonly package: string;
  readonly interfaces: readonly string[];
  readonly sourceConfig: readonly ConfigEntry[];
  readonly targetConfig: readonly ConfigEntry[];
}
