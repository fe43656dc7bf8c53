import type { StringMap } from './string-map.js';
import type { WithDefaults } from './with-defaults.js';

/** The link name used wherever none is given. */
export const defaultLinkName = 'default';

/**
 * A connection from a component or provider (the source) to another (the target) for some interfaces of one
 * WIT package (docs/spec/control-interface.md#6).
 */
export interface Link {
  readonly sourceId: string;
  /** Id of the component or provider that answers. */
  readonly target: string;
  /** Tells apart links of one source for the same package; `default` if not given. */
  readonly name: string;
  /** `wasi` of `wasi:keyvalue/store`. */
  readonly witNamespace: string;
  /** `keyvalue` of `wasi:keyvalue/store`. */
  readonly witPackage: string;
  /** `store` of `wasi:keyvalue/store`; without versions. */
  readonly interfaces: readonly string[];
  /** Names of configs (or `SECRET…` references) for the source side; merged in order, later ones win. */
  readonly sourceConfig: readonly string[];
  /** Names of configs (or `SECRET…` references) for the target side; merged in order, later ones win. */
  readonly targetConfig: readonly string[];
}

/** What tells one link from all others. */
export type LinkKey = Pick<Link, 'sourceId' | 'target' | 'name' | 'witNamespace' | 'witPackage'>;

/** A link that a provider of a host does not serve as it should; a thing of ours, hosts of wasmCloud never tell. */
export interface UndeliveredLink extends LinkKey {
  /** The end that runs on the host. */
  readonly providerId: string;
  /** `pending` while the provider is being told; `degraded` while a part of the provider serves it, and another can't. */
  readonly state: 'pending' | 'failed' | 'degraded';
  /** Why it failed, or what does not serve it; empty while it is pending. */
  readonly reason: string;
}

/** A {@link Link} as one writes it: the name defaults to `default`, the config lists to none. */
export type LinkInput = WithDefaults<Link, 'name' | 'sourceConfig' | 'targetConfig'>;

/**
 * Removes the first link with these four properties (docs/spec/control-interface.md#6, `link.del`); several links may have them, each
 * to another target.
 */
export interface DeleteLinkCommand {
  readonly sourceId: string;
  /** `default` if not given. */
  readonly name: string;
  readonly witNamespace: string;
  readonly witPackage: string;
  /** Only the link to this target. A field of ours: wasmCloud's hosts ignore it, and tell by `linkdef_deleted` which link they took. */
  readonly target?: string | undefined;
}

/** A {@link DeleteLinkCommand} as one writes it: the name defaults to `default`. */
export type DeleteLinkInput = WithDefaults<DeleteLinkCommand, 'name'>;

/**
 * A link with its configs resolved, as providers receive it: in HostData, and on their `linkdefs` subjects
 * (docs/spec/lattice-data.md#5.2). Both sides' values are always included, whichever side the provider is.
 */
export interface InterfaceLinkDefinition {
  readonly sourceId: string;
  readonly target: string;
  readonly name: string;
  readonly witNamespace: string;
  readonly witPackage: string;
  readonly interfaces: readonly string[];
  /** Merged values of the source's configs. */
  readonly sourceConfig: StringMap;
  /** Merged values of the target's configs. */
  readonly targetConfig: StringMap;
  /** Sealed secrets of the source side; absent when there are none. */
  readonly sourceSecrets?: Uint8Array | undefined;
  /** Sealed secrets of the target side; absent when there are none. */
  readonly targetSecrets?: Uint8Array | undefined;
}
