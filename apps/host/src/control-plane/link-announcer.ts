import {
  encodeLinkDelete,
  encodeLinkPut,
  providerLinkDeleteSubject,
  providerLinkPutSubject,
} from '@wasmlattice/provider-host/protocol';
import type { NatsConnection } from 'nats';
import type { LinkAnnouncer } from './link-service.js';

/**
 * Publishes link changes to both ends by their ids: what providers of wasmCloud 1.0 and built-in providers of other
 * hosts listen to (docs/spec/lattice-data.md#5.3, docs/spec/lattice-data.md#5.4).
 */
export function createLinkAnnouncer(options: {
  readonly connection: NatsConnection;
  readonly lattice: string;
}): LinkAnnouncer {
  const { connection, lattice } = options;
  return {
    linkPut(link) {
      for (const id of new Set([link.sourceId, link.target])) {
        connection.publish(providerLinkPutSubject(lattice, id), encodeLinkPut(link));
      }
    },
    linkDeleted(link) {
      for (const id of new Set([link.sourceId, link.target])) {
        connection.publish(providerLinkDeleteSubject(lattice, id), encodeLinkDelete(link));
      }
    },
  };
}
