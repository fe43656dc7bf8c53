import { keyvalueNatsSchema } from '@wasmlattice/provider-host/config-schema';
import {
  answering,
  type LinkName,
  NatsPool,
  type Provider,
  type ProviderCall,
  type ProviderContext,
  provide,
} from '@wasmlattice/provider-sdk';
import { keyvalueAtomics, keyvalueBatch, keyvalueStore } from '@wasmlattice/rpc/interfaces';
import { startChangeWatch } from './change-watch.js';
import { failureOf } from './keyvalue-failure.js';
import { openBucket } from './kv-bucket.js';
import { storeSettings } from './settings.js';

/** `wasi:keyvalue` store, atomics and batch on JetStream KV; tells components with a watcher of changes. */
export function createKeyvalueProvider(context: ProviderContext): Provider {
  const { id, invoker, lattice, links, logger, nats } = context;
  const pool = new NatsPool(context.connectNats);

  const stores = links({
    package: 'wasi:keyvalue',
    settings: keyvalueNatsSchema,
    async open(link, scope) {
      const settings = storeSettings(link.settings, nats);
      const { value: connection } = scope.use(await pool.acquire(settings.access));
      const bucket = await openBucket(connection, settings);
      logger.info('bucket opened', {
        source: link.sourceId,
        link: link.linkName,
        bucket: settings.bucket,
      });
      return bucket;
    },
  });

  links({
    side: 'source',
    package: 'wasi:keyvalue',
    settings: keyvalueNatsSchema,
    async open({ settings, target: component, linkName }, scope) {
      const store = storeSettings(settings, nats);
      const { watch: keys } = settings;
      if (keys.length === 0) {
        logger.warn('a link watches nothing: put watch into its source config', { component });
        return undefined;
      }
      const { value: connection } = scope.use(await pool.acquire(store.access));
      try {
        await openBucket(connection, store);
        const owner = [lattice, id, component, linkName];
        const watch = await startChangeWatch({
          connection,
          settings: store,
          keys,
          owner,
          component,
          invoker,
          logger,
        });
        logger.info('bucket watched', { component, link: linkName, bucket: store.bucket });
        return watch;
      } catch (cause) {
        throw failureOf(`watch bucket "${store.bucket}"`, cause);
      }
    },
    close: (watch, end) => (end === 'deleted' ? watch?.end() : watch?.close()),
  });

  const answer = answering({
    links: stores,
    error: (cause) => failureOf('use the store', cause).keyvalueError,
    logger,
  });
  /** As upstream, the bucket's name selects the link; a name that says nothing leaves it to the host. */
  const from = (bucket: string, { sourceId, linkName }: ProviderCall): LinkName => {
    const named = { sourceId, linkName: bucket };
    const isAnonymous = bucket === '' || bucket === 'default';
    return isAnonymous && !stores.has(named) ? { sourceId, linkName } : named;
  };

  return {
    exports: [
      provide(keyvalueStore, {
        get: (bucket, key, call) => answer(from(bucket, call), (kv) => kv.get(key)),
        set: (bucket, key, value, call) => answer(from(bucket, call), (kv) => kv.set(key, value)),
        delete: (bucket, key, call) => answer(from(bucket, call), (kv) => kv.delete(key)),
        exists: (bucket, key, call) =>
          answer(from(bucket, call), async (kv) => (await kv.get(key)) !== undefined),
        // As upstream: the cursor counts keys to skip, and the rest comes in one reply.
        listKeys: (bucket, cursor, call) =>
          answer(from(bucket, call), async (kv) => {
            const keys = await kv.keys();
            return { keys: keys.slice(Number(cursor ?? 0n)), cursor: undefined };
          }),
      }),
      provide(keyvalueAtomics, {
        increment: (bucket, key, delta, call) => answer(from(bucket, call), (kv) => kv.increment(key, delta)),
      }),
      provide(keyvalueBatch, {
        getMany: (bucket, keys, call) => answer(from(bucket, call), (kv) => kv.getMany(keys)),
        setMany: (bucket, entries, call) => answer(from(bucket, call), (kv) => kv.setMany(entries)),
        deleteMany: (bucket, keys, call) => answer(from(bucket, call), (kv) => kv.deleteMany(keys)),
      }),
    ],

    health: () => pool.health(),
    close: () => pool.close(),
  };
}
