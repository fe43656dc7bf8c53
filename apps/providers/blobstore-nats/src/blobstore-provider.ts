import { blobstoreExports } from '@wasmlattice/blobstore';
import { blobstoreNatsSchema } from '@wasmlattice/provider-host/config-schema';
import { NatsPool, type Provider, type ProviderContext, readNatsAccess } from '@wasmlattice/provider-sdk';
import { JetStream } from './jet-stream.js';
import { reasonOf } from './nats-failure.js';
import { createNatsStore } from './nats-store.js';
import { newBucketOf } from './settings.js';

/** `wasi:blobstore` on the object store of NATS JetStream. */
export function createBlobstoreProvider({ connectNats, links, logger, nats }: ProviderContext): Provider {
  const pool = new NatsPool(connectNats);
  const stores = links({
    package: 'wasi:blobstore',
    settings: blobstoreNatsSchema,
    async open({ settings, sourceId, linkName }, scope) {
      // Without `cluster_uri`, on the lattice's own server.
      const access = readNatsAccess(settings.cluster_uri, settings, nats);
      const { value: connection } = scope.use(await pool.acquire(access));
      const jetStream = await JetStream.open(connection, {
        domain: settings.js_domain,
        writeTimeoutMs: settings.max_write_wait * 1_000,
        inboxPrefix: access.inboxPrefix,
      });
      logger.info('object store opened', { source: sourceId, link: linkName });
      return createNatsStore(jetStream, newBucketOf(settings));
    },
  });

  return {
    exports: blobstoreExports({ stores, reasonOf, logger }),
    health: () => pool.health(),
    close: () => pool.close(),
  };
}
