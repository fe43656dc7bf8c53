import type { Link } from './link.js';

/** The record `COMPONENT_{id}` of a component or provider (docs/spec/lattice-data.md#2.1). */
export interface ComponentSpec {
  /** Image reference of the first start; empty when a link was put before anything started. */
  readonly url: string;
  /** Outbound links: the source of each is this id. */
  readonly links: readonly Link[];
}
