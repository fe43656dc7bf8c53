import {
  type ConfigLayer,
  type ConnectionPool,
  connectNats,
  createConnectionPool,
  type NatsAccess,
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
import { errorResult, failureOf } from './keyvalue-failure.js';
import { type KvBucket, openBucket } from './kv-bucket.js';
import { createLinkedStores, type OpenStore } from './linked-stores.js';
import { readStoreSettings, type StoreSettings } from './settings.js';

/** Name of the provider's NATS connections and log records. */
export const providerName = 'keyvalue-nats';

/** `wasi:keyvalue` store, atomics and batch on JetStream KV. */
export function createKeyvalueProvider(): Provider {
  const stores = createLinkedStores();
  let context: ProviderContext | undefined;
  let provider: ConfigLayer = { config: {}, secrets: {} };
  const pool = createConnectionPool((access) => connect(access));

  const started = (): ProviderContext => {
    if (context === undefined) throw new Error('the provider is used before init');
    return context;
  };
  const connect = (access: NatsAccess): ReturnType<typeof connectNats> =>
    connectNats(access, providerName, started().logger.named('nats'));

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

    deleteLinkAsTarget: ({ sourceId, linkName }) => stores.delete(sourceId, linkName),

    /** Applies to links put from now on: those that exist keep their store until they are put again. */
    updateConfig(config) {
      provider = { ...provider, config };
    },

    health: () => pool.health(),

    async shutdown() {
      await stores.close();
      await pool.close();
    },
  };
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
