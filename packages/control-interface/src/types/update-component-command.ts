import type { StringMap } from './string-map.js';
import type { WithDefaults } from './with-defaults.js';

/** Replaces the code of a running component (docs/spec/control-interface.md#4.3). */
export interface UpdateComponentCommand {
  readonly componentId: string;
  readonly newComponentRef: string;
  /** Not validated; copied into event data. Empty if not given. */
  readonly hostId: string;
  /**
   * Absent if not given, which a host may treat differently from `{}` (docs/spec/control-interface.md#10,
   * trap 14).
   */
  readonly annotations?: StringMap | undefined;
}

/** An {@link UpdateComponentCommand} as one writes it; the client fills in the host id. */
export type UpdateComponentInput = WithDefaults<UpdateComponentCommand, 'hostId'>;
