import type { StringMap } from './string-map.js';

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
