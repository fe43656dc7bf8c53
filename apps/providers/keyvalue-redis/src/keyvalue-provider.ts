import { keyvalueRedisSchema } from '@wasmlattice/provider-host/config-schema';
import { answering, type Provider, type ProviderContext, provide } from '@wasmlattice/provider-sdk';
import { keyvalueAtomics, keyvalueBatch, keyvalueStore } from '@wasmlattice/rpc/interfaces';
import { Connections } from './connections.js';
import { startKeyWatch } from './key-watch.js';
import { failureOf } from './keyvalue-failure.js';
import { describeNodes } from './redis-url.js';
import { storeSettings } from './settings.js';

/**
 * `wasi:keyvalue` store, atomics and batch on Redis; tells components with a watcher of changes. The client of Redis, 8 MB of memory, is loaded
 * with the first link.
 */
export function createKeyvalueProvider(context: ProviderContext): Provider {
  const { invoker, links, logger } = context;
  const connections = new Connections(logger.named('redis'));

  const stores = links({
    package: 'wasi:keyvalue',
    settings: keyvalueRedisSchema,
    async open(link, scope) {
      const settings = storeSettings(link, 'target');
      const connection = await connections.open(settings, scope);
      const { createRedisStore } = await import('./redis-store.js');
      const server = describeNodes(settings.connection.address);
      logger.info('store opened', { source: link.sourceId, link: link.linkName, server });
      return createRedisStore(connection, settings.responseTimeoutMs);
    },
  });

  links({
    side: 'source',
    package: 'wasi:keyvalue',
    settings: keyvalueRedisSchema,
    async open(link, scope) {
      const { target: component, settings } = link;
      const keys = settings.watch;
      if (keys.length === 0) {
        logger.warn('a link watches nothing: put watch into its source config', { component });
        return;
      }
      const store = storeSettings(link, 'source');
      const connection = await connections.open(store, scope);
      const { commandFailureOf, createRedisStore } = await import('./redis-store.js');
      try {
        const { database } = store.connection.address;
        const watch = await startKeyWatch({
          connection,
          store: createRedisStore(connection, store.responseTimeoutMs),
          database,
          keys,
          component,
          invoker,
          logger,
        });
        scope.use(watch);
      } catch (cause) {
        throw commandFailureOf('watch keys', cause);
      }
      const server = describeNodes(store.connection.address);
      logger.info('keys watched', { component, link: link.linkName, server });
    },
  });

  const answer = answering({
    links: stores,
    error: (cause) => failureOf('use the store', cause).keyvalueError,
    logger,
  });

  return {
    // As upstream's, it knows no buckets: the link decides.
    exports: [
      provide(keyvalueStore, {
        get: (_bucket, key, call) => answer(call, (store) => store.get(key)),
        set: (_bucket, key, value, call) => answer(call, (store) => store.set(key, value)),
        delete: (_bucket, key, call) => answer(call, (store) => store.delete(key)),
        exists: (_bucket, key, call) => answer(call, (store) => store.exists(key)),
        listKeys: (_bucket, cursor, call) => answer(call, (store) => store.keys(cursor)),
      }),
      provide(keyvalueAtomics, {
        increment: (_bucket, key, delta, call) => answer(call, (store) => store.increment(key, delta)),
      }),
      provide(keyvalueBatch, {
        getMany: (_bucket, keys, call) => answer(call, (store) => store.getMany(keys)),
        setMany: (_bucket, entries, call) => answer(call, (store) => store.setMany(entries)),
        deleteMany: (_bucket, keys, call) => answer(call, (store) => store.deleteMany(keys)),
      }),
    ],

    health: () => connections.health(),
    close: () => connections.close(),
  };
}
