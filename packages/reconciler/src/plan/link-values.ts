import { hash } from 'node:crypto';
import type { Link, LinkKey, StringMap } from '@wasmlattice/control-interface';

/** A link that was put for an application. */
export interface PutLink extends LinkKey {
  /** What its configs said when it was put last, see {@link linkValues}; empty before that. */
  readonly values: string;
}

/**
 * What the lattice cannot tell of an application: links and configs bear no annotations. It is stored before they are put, so that they
 * go with the application whichever host acts by then.
 */
export interface PutForApplication {
  readonly links: readonly PutLink[];
  readonly configs: readonly string[];
}

/**
 * What the configs of a link say, as a short text: hosts of wasmCloud tell a provider new values only when its link is put again.
 */
export function linkValues(
  { sourceConfig, targetConfig }: Pick<Link, 'sourceConfig' | 'targetConfig'>,
  config: (name: string) => StringMap | undefined,
): string {
  const side = (names: readonly string[]) =>
    names.map((name) => Object.entries(config(name) ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
  return hash('sha256', JSON.stringify([side(sourceConfig), side(targetConfig)])).slice(0, 16);
}
