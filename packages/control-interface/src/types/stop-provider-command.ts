import type { WithDefaults } from './with-defaults.js';

/** Stops a provider on one host (docs/spec/control-interface.md#5.3). */
export interface StopProviderCommand {
  readonly providerId: string;
  /** Handed to the provider, which stops in order only if it is its own host's id. Empty if not given. */
  readonly hostId: string;
}

/** A {@link StopProviderCommand} as one writes it; the client fills in the host id. */
export type StopProviderInput = WithDefaults<StopProviderCommand, 'hostId'>;
