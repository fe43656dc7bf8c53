import type { Link, StringMap } from '@wasmlattice/control-interface';

/** Links and configs of a lattice, as its hosts follow them in JetStream. */
export interface LatticeData {
  links(): readonly Link[];
  config(name: string): StringMap | undefined;
  /** Calls back after each change, until what it returns is called. */
  onChange(listener: () => void): () => void;
}
