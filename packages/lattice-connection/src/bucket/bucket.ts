import { DiscardPolicy, type JetStreamClient, type KV, RetentionPolicy, StorageType } from 'nats';

/** A bucket can neither be opened nor created. */
export class BucketError extends Error {
  override readonly name = 'BucketError';
}

/**
 * Opens a key-value bucket as it is, or creates it with upstream's settings (docs/spec/lattice-data.md#1).
 * Operators may have created it with more replicas or limits: nothing about an existing bucket is changed.
 */
export async function openBucket(jetstream: JetStreamClient, name: string): Promise<KV> {
  try {
    const manager = await jetstream.jetstreamManager();
    const exists = await manager.streams.info(`KV_${name}`).then(
      () => true,
      () => false,
    );
    if (!exists) await manager.streams.add(bucketStream(name));
    return await jetstream.views.kv(name, { bindOnly: true });
  } catch (cause) {
    throw new BucketError(
      `bucket '${name}' can neither be opened nor created: is JetStream enabled on the NATS server, and may this user use it?`,
      { cause },
    );
  }
}

/** The stream behind a bucket. Hosts that start at once all add the same one, which the server takes as done. */
function bucketStream(name: string) {
  return {
    name: `KV_${name}`,
    subjects: [`$KV.${name}.>`],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    num_replicas: 1,
    max_msgs_per_subject: 1,
    allow_rollup_hdrs: true,
    allow_direct: true,
    deny_delete: true,
    deny_purge: false,
  };
}
