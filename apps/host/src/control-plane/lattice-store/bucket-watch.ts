import type { Logger } from '@wasmlattice/telemetry';
import type { KV, KvEntry } from 'nats';

/** A change of one key; `value` is absent when the key was deleted or purged. */
export interface BucketChange {
  readonly key: string;
  /** Position in the bucket: a higher one is later. */
  readonly revision: number;
  readonly value?: Uint8Array;
}

/** A running watch over all keys of a bucket. */
export interface BucketWatch {
  close(): void;
}

/**
 * Reads what a bucket holds and follows it: `onChange` sees each existing key first, then every change, one after
 * the other in the bucket's order. Resolves when the existing keys have been seen.
 *
 * A failing `onChange` is logged and the watch goes on. `onEnd` is called when the watch ends although nobody
 * closed it.
 */
export async function watchBucket(
  bucket: KV,
  options: {
    readonly onChange: (change: BucketChange) => void;
    readonly onEnd: (cause?: unknown) => void;
    readonly logger: Logger;
  },
): Promise<BucketWatch> {
  const initialized = Promise.withResolvers<void>();
  const entries = await bucket.watch({ key: '>', initializedFn: () => initialized.resolve() });
  let closed = false;

  const follow = async (): Promise<void> => {
    for await (const entry of entries) {
      try {
        options.onChange(toChange(entry));
      } catch (error) {
        options.logger.warn('an entry of the bucket was passed over', {
          bucket: entry.bucket,
          key: entry.key,
          error,
        });
      }
    }
  };
  follow().then(
    () => {
      if (!closed) options.onEnd();
      initialized.resolve();
    },
    (error: unknown) => {
      if (!closed) options.onEnd(error);
      initialized.reject(error);
    },
  );
  await initialized.promise;
  return {
    close() {
      closed = true;
      entries.stop();
    },
  };
}

function toChange(entry: KvEntry): BucketChange {
  const { key, revision } = entry;
  return entry.operation === 'PUT' ? { key, revision, value: entry.value } : { key, revision };
}
