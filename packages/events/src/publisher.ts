import type { LatticeEvent } from './lattice-event.js';

/**
 * Takes the events of one host. What publishes them knows the lattice and the host.
 *
 * `publish` resolves once the event is on its way and rejects when it cannot be sent; events are never
 * acknowledged by a consumer. Events published one after the other arrive in that order.
 */
export interface EventPublisher {
  publish(event: LatticeEvent): Promise<void>;
}

/** Drops every event. */
export const noopEventPublisher: EventPublisher = { publish: async () => {} };

/** Keeps every event, for tests. */
export interface MemoryEventPublisher extends EventPublisher {
  readonly events: readonly LatticeEvent[];
}

/** A publisher that keeps what is published, in order. */
export function createMemoryEventPublisher(): MemoryEventPublisher {
  const events: LatticeEvent[] = [];
  return {
    events,
    async publish(event) {
      events.push(event);
    },
  };
}
