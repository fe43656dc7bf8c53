import type { StringMap } from './string-map.js';

/** Stores a named config (docs/spec/control-interface.md#7). */
export interface PutConfigCommand {
  readonly name: string;
  readonly config: StringMap;
  /** The request's own bytes: what is stored under the key, byte for byte. */
  readonly raw: Uint8Array;
}
