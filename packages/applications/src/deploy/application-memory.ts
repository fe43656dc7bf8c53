import { componentId } from '../manifest/identifiers.js';
import type { Manifest } from '../manifest/manifest.js';

/** What a lattice remembers that its hosts do not tell. */
export interface ApplicationMemory {
  /** Versions of the application that were or may have been deployed: what one of them had, and is not wanted, goes. */
  readonly versions: readonly Manifest[];
  /** The other applications that are deployed. */
  readonly others: readonly Manifest[];
}

/** Names of the other applications that have a component or provider of this id, as their own or as a shared one. */
export function applicationsWith(id: string, { others }: ApplicationMemory): string[] {
  return others
    .filter((manifest) =>
      manifest.components.some((component) => componentId(manifest.name, component) === id),
    )
    .map(({ name }) => name);
}
