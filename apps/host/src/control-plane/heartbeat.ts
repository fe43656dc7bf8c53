import type { HostInventory } from '@wasmlattice/control-interface';
import { type EventPublisher, hostHeartbeat } from '@wasmlattice/events';
import type { Logger } from '@wasmlattice/telemetry';

/**
 * Publishes the inventory every interval, the first time one interval after the start
 * (docs/spec/control-interface.md#8).
 */
export function startHeartbeat(options: {
  readonly intervalMs: number;
  readonly inventory: () => HostInventory;
  readonly events: EventPublisher;
  readonly logger: Logger;
}): () => void {
  const timer = setInterval(() => {
    options.events
      .publish(hostHeartbeat(options.inventory()))
      .catch((error: unknown) => options.logger.warn('a heartbeat could not be published', { error }));
  }, options.intervalMs);
  return () => clearInterval(timer);
}
