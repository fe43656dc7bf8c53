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

/** A {@link Link} as one writes it: the name defaults to `default`, the config lists to none. */
export type LinkInput = WithDefaults<Link, 'name' | 'sourceConfig' | 'targetConfig'>;
