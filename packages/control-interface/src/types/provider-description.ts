import type { StringMap } from './string-map.js';

/** A running provider as the inventory tells it (docs/spec/control-interface.md#2.2). */
export interface ProviderDescription {
  readonly id: string;
  /** The *normalised* reference: no `file://`, `oci://`, `http(s)://` or `wasmcloud+builtin://`. */
  readonly imageRef: string;
  /** The name of the claims; absent without one. */
  readonly name?: string | undefined;
  /** The revision of the claims, else 0. */
  readonly revision: number;
  readonly annotations: StringMap;
}
