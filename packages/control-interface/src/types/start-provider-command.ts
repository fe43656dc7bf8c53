import type { StringMap } from './string-map.js';
import type { WithDefaults } from './with-defaults.js';

/** Starts a provider on one host (docs/spec/control-interface.md#5.2). */
export interface StartProviderCommand {
  readonly providerId: string;
  /** Image reference, path, or `wasmcloud+builtin://…`; empty if not given. */
  readonly providerRef: string;
  /** Not validated; copied into event data. Empty if not given. */
  readonly hostId: string;
  /** Named configs and `SECRET…` references; later ones override earlier ones. */
  readonly config: readonly string[];
  /** `{}` if not given. Events echo them exactly. */
  readonly annotations: StringMap;
}

/** A {@link StartProviderCommand} as one writes it; the client fills in the host id. */
export type StartProviderInput = WithDefaults<StartProviderCommand, 'hostId' | 'config' | 'annotations'>;
