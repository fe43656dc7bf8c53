import type { BlobstoreNatsSettings } from '@wasmlattice/provider-host/config-schema';
import { nanos, type ObjectStoreOptions, StorageType } from 'nats';

/** How a link makes buckets (docs/spec/provider.md#10.8). */
export function newBucketOf(settings: BlobstoreNatsSettings): Partial<ObjectStoreOptions> {
  return {
    description: 'containers of wasi:blobstore',
    storage: settings.storage_type === 'memory' ? StorageType.Memory : StorageType.File,
    replicas: settings.num_replicas,
    // Servers before 2.10 know nothing of it.
    ...(settings.compression && { compression: true }),
    ttl: nanos(settings.max_age * 1_000),
  };
}
