import { checkLatticeName } from '@wasmlattice/control-interface';
import { DiscardPolicy, type JetStreamClient, type KV, RetentionPolicy, StorageType } from 'nats';

/** The bucket of the reconciler can neither be opened nor created. */
export class ReconcilerBucketError extends Error {
  override readonly name = 'ReconcilerBucketError';
}

/** `RECONCILER_{lattice}`: who acts, and what was put for which application. */
export function reconcilerBucket(lattice: string): string {
  return `RECONCILER_${checkLatticeName(lattice)}`;
}

/**
 * Opens the bucket as it is, or creates it with one replica. Operators may have created it with more: nothing about an existing bucket
 * is changed.
 *
 * @throws ReconcilerBucketError
 */
export async function openReconcilerBucket(jetstream: JetStreamClient, lattice: string): Promise<KV> {
  const name = reconcilerBucket(lattice);
  try {
    const manager = await jetstream.jetstreamManager();
    const exists = await manager.streams.info(`KV_${name}`).then(
      () => true,
      () => false,
    );
    // Hosts that start at once all add the same stream, which the server takes as done.
    if (!exists) {
      await manager.streams.add({
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
      });
    }
    return await jetstream.views.kv(name, { bindOnly: true });
  } catch (cause) {
    throw new ReconcilerBucketError(
      `bucket '${name}' can neither be opened nor created: is JetStream enabled on the NATS server, and may this user use it?`,
      { cause },
    );
  }
}
