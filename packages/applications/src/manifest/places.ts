import type { ConfigEntry, ManifestComponent, ManifestLink } from './manifest.js';
import type { NodeReader } from './node-reader.js';
import type { SecretPolicies } from './read-secrets.js';

type Part = ConfigEntry | ManifestComponent | ManifestLink;

/** Where parts of a manifest were read, for what is found in them later: the properties of components and links, and the entries of their configs. */
export class Places {
  readonly #nodes = new Map<Part, NodeReader>();

  set(part: Part, node: NodeReader): void {
    this.#nodes.set(part, node);
  }

  /** @throws Error for what was not read from this manifest */
  of(part: Part): NodeReader {
    const node = this.#nodes.get(part);
    if (node === undefined) throw new Error(`${part.name} is not of this manifest`);
    return node;
  }
}

/** What reading parts of a manifest takes beside their nodes. */
export interface ReadContext {
  readonly policies: SecretPolicies;
  readonly places: Places;
}
