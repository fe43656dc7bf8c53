import type { WithDefaults } from './with-defaults.js';

/** Stops a host (docs/spec/control-interface.md#2.3). */
export interface StopHostCommand {
  /** If not empty, it must be the id of the addressed host. */
  readonly hostId: string;
  /** Longest time the shutdown may take, in ms; the host's default (10 s) if absent. */
  readonly timeoutMs?: number | undefined;
}

/** A {@link StopHostCommand} as one writes it; the client fills in the host id. */
export type StopHostInput = WithDefaults<StopHostCommand, 'hostId'>;
