import {
  type ConfigLayer,
  type ConnectionPool,
  connectNats,
  createConnectionPool,
  keyvalueNatsSchema,
  type NatsAccess,
  type PooledConnection,
  type Provider,
  type ProviderCall,
  type ProviderContext,
  type ProviderLink,
  provide,
} from '@wasmlattice/provider-sdk';
import { ok } from '@wasmlattice/rpc';
import {
  type KeyvalueError,
  keyvalueAtomics,
  keyvalueBatch,
  keyvalueStore,
} from '@wasmlattice/rpc/interfaces';
import { type ChangeWatch, startChangeWatch } from './change-watch.js';
import { errorResult, failureOf } from './keyvalue-failure.js';
import { type KvBucket, openBucket } from './kv-bucket.js';
import { createLinkedStores, type OpenStore } from './linked-stores.js';
import { readStoreSettings, type StoreSettings } from './settings.js';
import { parseWatchList } from './watch-list.js';

/** Name of the provider's NATS connections and log records. */
export const providerName = 'keyvalue-nats';

/** A link to a component that watches, with its share of a connection. */
interface OpenWatch {
  readonly pooled: PooledConnection;
  readonly watch: ChangeWatch;
}

/** `wasi:keyvalue` store, atomics and batch on JetStream KV; tells components with a watcher of changes. */
export function createKeyvalueProvider(): Provider {
  const stores = createLinkedStores();
  const watches = new Map<string, OpenWatch>();
  let context: ProviderContext | undefined;
  let provider: ConfigLayer = { config: {}, secrets: {} };
  const pool = createConnectionPool((access) => connect(access));

  const started = (): ProviderContext => {
    if (context === undefined) throw new Error('the provider is used before init');
    return context;
  };
  const connect = (access: NatsAccess): ReturnType<typeof connectNats> =>
    connectNats(access, providerName, started().logger.named('nats'));

  /** @param how `end` for a link that is gone */
  const closeWatch = async (key: string, how: 'close' | 'end'): Promise<void> => {
    const open = watches.get(key);
    watches.delete(key);
    if (open === undefined) return;
    await open.watch[how]();
    await open.pooled.release();
  };

  /** Runs one operation of a guest; what goes wrong is an answer for it, never a broken call. */
  const answer = async <R>(
    bucket: string,
    call: ProviderCall,
    operation: (kv: KvBucket) => Promise<R>,
  ): Promise<R | { readonly tag: 'err'; readonly val: KeyvalueError }> => {
    const { sourceId, linkName } = call;
    try {
      return await operation(await stores.find({ sourceId, linkName, bucket }));
    } catch (cause) {
      const failure = failureOf('use the store', cause);
      started().logger.warn(failure.message, { source: sourceId, link: linkName });
      return errorResult(failure);
    }
  };

  return {
    configSchema: keyvalueNatsSchema,
    exports: [
      provide(keyvalueStore, {
        get: (bucket, key, call) => answer(bucket, call, async (kv) => ok(await kv.get(key))),
        set: (bucket, key, value, call) =>
          answer(bucket, call, async (kv) => {
            await kv.set(key, value);
            return ok();
          }),
        delete: (bucket, key, call) =>
          answer(bucket, call, async (kv) => {
            await kv.delete(key);
            return ok();
          }),
        exists: (bucket, key, call) =>
          answer(bucket, call, async (kv) => ok((await kv.get(key)) !== undefined)),
        // As upstream: the cursor counts keys to skip, and the rest comes in one reply.
        listKeys: (bucket, cursor, call) =>
          answer(bucket, call, async (kv) => {
            const keys = await kv.keys();
            return ok({ keys: keys.slice(Number(cursor ?? 0n)), cursor: undefined });
          }),
      }),
      provide(keyvalueAtomics, {
        increment: (bucket, key, delta, call) =>
          answer(bucket, call, async (kv) => ok(await kv.increment(key, delta))),
      }),
      provide(keyvalueBatch, {
        getMany: (bucket, keys, call) => answer(bucket, call, async (kv) => ok(await kv.getMany(keys))),
        setMany: (bucket, entries, call) =>
          answer(bucket, call, async (kv) => {
            await kv.setMany(entries);
            return ok();
          }),
        deleteMany: (bucket, keys, call) =>
          answer(bucket, call, async (kv) => {
            await kv.deleteMany(keys);
            return ok();
          }),
      }),
    ],

    init(given) {
      context = given;
      provider = given;
    },

    async putLinkAsTarget(link: ProviderLink) {
      // Read now: a config that can't be used should show in the log when the link is made, not at the first call.
      const settings = readStoreSettings(link, provider, started().nats);
      await stores.put(link.sourceId, link.linkName, () => openStore(pool, settings));
      started().logger.info('bucket opened', {
        source: link.sourceId,
        link: link.linkName,
        bucket: settings.bucket,
      });
    },

    async putLinkAsSource(link: ProviderLink) {
      const { id, lattice, invoker, logger, nats } = started();
      const { target: component, linkName } = link;
      const settings = readStoreSettings(link, provider, nats);
      const keys = parseWatchList(link.config.watch ?? '');
      const watchKey = keyOf(component, linkName);
      await closeWatch(watchKey, 'close');
      if (keys.length === 0) {
        logger.warn('a link watches nothing: put watch into its source config', { component });
        return;
      }
      const pooled = await pool.acquire(settings.access);
      try {
        const { connection } = pooled;
        await openBucket(connection, settings);
        const owner = [lattice, id, component, linkName];
        const watch = await startChangeWatch({
          connection,
          settings,
          keys,
          owner,
          component,
          invoker,
          logger,
        });
        watches.set(watchKey, { pooled, watch });
      } catch (cause) {
        await pooled.release();
        throw failureOf(`watch bucket "${settings.bucket}"`, cause);
      }
      logger.info('bucket watched', { component, link: linkName, bucket: settings.bucket });
    },

    deleteLinkAsSource: ({ target, linkName }) => closeWatch(keyOf(target, linkName), 'end'),

    deleteLinkAsTarget: ({ sourceId, linkName }) => stores.delete(sourceId, linkName),

    linksUseConfig: true,
    updateConfig(config) {
      provider = { ...provider, config };
    },
    updateSecrets(secrets) {
      provider = { ...provider, secrets };
    },

    health: () => pool.health(),

    async shutdown() {
      await Promise.all([...watches.keys()].map((key) => closeWatch(key, 'close')));
      await stores.close();
      await pool.close();
    },
  };
}

function keyOf(component: string, linkName: string): string {
  return JSON.stringify([component, linkName]);
}

async function openStore(pool: ConnectionPool, settings: StoreSettings): Promise<OpenStore> {
  const pooled = await pool.acquire(settings.access);
  try {
    return { bucket: await openBucket(pooled.connection, settings), close: pooled.release };
  } catch (error) {
    await pooled.release();
    throw error;
  }
}
