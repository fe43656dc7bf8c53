import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import type { NatsConnection } from 'nats';
import { createEnvelopeEncoder, type EnvelopeOptions } from './envelope.js';
import type { EventPublisher } from './publisher.js';
import { eventSubject } from './subjects.js';

/** What a NATS publisher needs. */
export interface NatsEventPublisherOptions extends EnvelopeOptions {
  /** The *control* connection. Stays the caller's: the publisher never flushes or closes it. */
  readonly connection: NatsConnection;
  readonly lattice: string;
  readonly logger?: Logger;
}

/**
 * Publishes events on `wasmbus.evt.{lattice}.{name}`: plain messages without headers (docs/spec/events.md#1).
 *
 * A failed publish rejects with the NATS client's error; whether the surrounding operation fails with it is the
 * caller's choice. Flush the connection where an event must have left before something else happens.
 */
export function createNatsEventPublisher(options: NatsEventPublisherOptions): EventPublisher {
  const { connection, lattice, logger = noopLogger } = options;
  const encode = createEnvelopeEncoder(options);
  return {
    async publish(event) {
      const subject = eventSubject(lattice, event.name);
      const payload = encode(event);
      const limit = connection.info?.max_payload;
      if (limit !== undefined && payload.length > limit) {
        logger.warn(
          `${event.name} event is larger than the NATS server takes: raise its max_payload or run less on this host`,
          { subject, bytes: payload.length, maxPayload: limit },
        );
      }
      connection.publish(subject, payload);
    },
  };
}
