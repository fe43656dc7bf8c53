import { type JetStreamManager, type KV, type NatsConnection, NatsError, type StreamInfo } from 'nats';
import { type BucketReader, createBucketReader } from './bucket-reader.js';
import { type Counter, createCounter, type VersionedCell } from './counter.js';
import { failureOf, otherFailure } from './keyvalue-failure.js';
import { decodeKey, encodeKey, shortened } from './kv-key.js';
import { mapBounded } from './map-bounded.js';
import type { StoreSettings } from './settings.js';

/** The operations of `wasi:keyvalue` on one bucket of JetStream KV. All reject with a `KeyvalueFailure`. */
export interface KvBucket {
  get(key: string): Promise<Uint8Array | undefined>;
  set(key: string, value: Uint8Array): Promise<void>;
  /** Removes the key with its history. Succeeds when there is none. */
  delete(key: string): Promise<void>;
  /** All keys, in the order in which they were last written. */
  keys(): Promise<string[]>;
  increment(key: string, delta: bigint): Promise<bigint>;
  /** One entry for each key, in the order asked for. */
  getMany(keys: readonly string[]): Promise<([string, Uint8Array] | undefined)[]>;
  /** Not atomic; of several values for one key the last is kept. */
  setMany(entries: readonly (readonly [string, Uint8Array])[]): Promise<void>;
  deleteMany(keys: readonly string[]): Promise<void>;
}

/** Requests of one batch that are under way at the same time. */
const batchConcurrency = 64;

/** JetStream's code for "wrong last sequence". */
const wrongRevision = 10_071;

/** Finds the bucket, or creates it if the settings say so; rejects with a `KeyvalueFailure` that names it. */
export async function openBucket(
  connection: NatsConnection,
  settings: Pick<StoreSettings, 'bucket' | 'jsDomain' | 'autoCreate'>,
): Promise<KvBucket> {
  const { bucket, jsDomain, autoCreate } = settings;
  try {
    const domain = jsDomain === undefined ? {} : { domain: jsDomain };
    const jetstream = connection.jetstream(domain);
    const manager = await connection.jetstreamManager(domain);
    if (autoCreate) await jetstream.views.kv(bucket);
    const stream = await streamOf(manager, bucket);
    refuseMirror(bucket, stream);
    const kv = await jetstream.views.kv(bucket, { bindOnly: true });
    return createBucket(
      bucket,
      kv,
      createBucketReader({ connection, bucket, config: stream.config, jsDomain }),
    );
  } catch (cause) {
    throw failureOf(`open bucket "${bucket}"`, cause);
  }
}

async function streamOf(manager: JetStreamManager, bucket: string): Promise<StreamInfo> {
  try {
    return await manager.streams.info(`KV_${bucket}`);
  } catch (cause) {
    if (cause instanceof NatsError && cause.api_error?.code === 404) {
      throw otherFailure(
        `there is no bucket "${bucket}": create it with "nats kv add ${bucket}", or set enable_bucket_auto_create to "true" in the target config of the link`,
        { cause },
      );
    }
    throw cause;
  }
}

/**
 * A mirror within one account has the keys under the subjects of its origin, and takes no writes: what is written there arrives in the
 * mirror some time later, which no counter can work with. One of another account or domain is a bucket of its own for the client.
 */
function refuseMirror(bucket: string, { config: { mirror } }: StreamInfo): void {
  if (mirror === undefined || mirror.external !== undefined) return;
  const origin = mirror.name.replace(/^KV_/, '');
  throw otherFailure(`bucket "${bucket}" is a mirror of bucket "${origin}": link to "${origin}" itself`);
}

function createBucket(name: string, kv: KV, reader: BucketReader): KvBucket {
  const counters = new Map<string, Counter>();

  const attempt = async <T>(what: string, key: string | undefined, run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } catch (cause) {
      const subject = key === undefined ? '' : ` ${JSON.stringify(shortened(key))}`;
      throw failureOf(`${what}${subject} in bucket "${name}"`, cause);
    }
  };

  const get = (key: string): Promise<Uint8Array | undefined> =>
    attempt('get', key, async () => (await reader.read(encodeKey(key)))?.value);
  const set = (key: string, value: Uint8Array): Promise<void> =>
    attempt('set', key, async () => {
      await kv.put(encodeKey(key), value);
    });
  const remove = (key: string): Promise<void> => attempt('delete', key, () => kv.purge(encodeKey(key)));

  const counterOf = (key: string): Counter => {
    const encoded = encodeKey(key);
    const known = counters.get(encoded);
    if (known !== undefined) return known;
    const counter = createCounter({
      cell: versionedCell(kv, reader, encoded),
      name: `${JSON.stringify(shortened(key))} in bucket "${name}"`,
      onIdle: () => counters.delete(encoded),
    });
    counters.set(encoded, counter);
    return counter;
  };

  return {
    get,
    set,
    delete: remove,
    keys: () => attempt('list keys', undefined, async () => (await reader.keys()).map(decodeKey)),
    increment: (key, delta) => attempt('increment', key, () => counterOf(key).add(delta)),
    getMany: (keys) =>
      mapBounded(keys, batchConcurrency, async (key) => {
        const value = await get(key);
        return value === undefined ? undefined : [key, value];
      }),
    async setMany(entries) {
      await mapBounded([...new Map(entries)], batchConcurrency, ([key, value]) => set(key, value));
    },
    async deleteMany(keys) {
      await mapBounded([...new Set(keys)], batchConcurrency, remove);
    },
  };
}

function versionedCell(kv: KV, reader: BucketReader, key: string): VersionedCell {
  return {
    async read() {
      const entry = await reader.readLatest(key);
      return { value: entry?.value ?? new Uint8Array(), revision: entry?.revision ?? 0 };
    },
    async replace(value, revision) {
      try {
        await kv.put(key, value, { previousSeq: revision });
        return 'written';
      } catch (error) {
        if (error instanceof NatsError && error.api_error?.err_code === wrongRevision) return 'conflict';
        throw error;
      }
    },
  };
}
