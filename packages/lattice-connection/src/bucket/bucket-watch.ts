import { setTimeout as delay } from 'node:timers/promises';
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

/** What a watch takes of a bucket. */
export type WatchedBucket = Pick<KV, 'watch' | 'status'>;

/** Between two attempts to follow a bucket again, in ms. */
const retryMs = 1_000;

/**
 * Reads what a bucket holds and follows it: `onChange` sees each existing key first, then every change, one after
 * the other in the bucket's order. Resolves when the existing keys have been seen.
 *
 * A watch that breaks off, since JetStream did not answer in time for example, is taken up again while the bucket is the same: its
 * keys are seen once more, those that were deleted meanwhile as deleted. A failing `onChange` is logged and the watch goes on.
 * `onEnd` is called when the watch ends although nobody closed it: the connection was closed, or the bucket is gone or another one.
 */
export async function watchBucket(
  bucket: WatchedBucket,
  options: {
    readonly onChange: (change: BucketChange) => void;
    readonly onEnd: (cause?: unknown) => void;
    readonly logger: Logger;
    /** Default 1,000. */
    readonly retryMs?: number;
  },
): Promise<BucketWatch> {
  const { logger } = options;
  const initialized = Promise.withResolvers<void>();
  const created = await creationOf(bucket);
  let entries = await bucket.watch({ key: '>', initializedFn: () => initialized.resolve() });
  let closed = false;

  const follow = async (): Promise<void> => {
    for await (const entry of entries) {
      try {
        options.onChange(toChange(entry));
      } catch (error) {
        logger.warn('an entry of the bucket was passed over', {
          bucket: entry.bucket,
          key: entry.key,
          error,
        });
      }
    }
  };

  /** Throws `cause` when there is nothing to follow any more. */
  const takeUpAgain = async (cause: unknown): Promise<void> => {
    while (!closed) {
      try {
        if ((await creationOf(bucket)) !== created) throw cause;
        entries = await bucket.watch({ key: '>' });
        if (closed) entries.stop();
        return;
      } catch (error) {
        if (error === cause || isGone(error)) throw cause;
        logger.debug('a bucket can not be followed yet', { error });
      }
      await delay(options.retryMs ?? retryMs, undefined, { ref: false });
    }
  };

  const followAll = async (): Promise<void> => {
    for (;;) {
      try {
        return await follow();
      } catch (error) {
        if (closed) return;
        logger.warn('the watch of a bucket broke off, and is taken up again', { error });
        await takeUpAgain(error);
      }
    }
  };
  followAll().then(
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

/** When the bucket was made: one that was deleted and made again counts its revisions anew. */
async function creationOf(bucket: WatchedBucket): Promise<string> {
  return (await bucket.status()).streamInfo.created;
}

/** The codes of JetStream for a stream that is not there, and of the client for a connection that is closed. */
const streamNotFound = 10059;
const closedCodes = new Set(['CONNECTION_CLOSED', 'CONNECTION_DRAINING']);

function isGone(error: unknown): boolean {
  const { api_error: apiError, code } = error as { api_error?: { err_code?: number }; code?: string };
  return apiError?.err_code === streamNotFound || (code !== undefined && closedCodes.has(code));
}

function toChange(entry: KvEntry): BucketChange {
  const { key, revision } = entry;
  return entry.operation === 'PUT' ? { key, revision, value: entry.value } : { key, revision };
}
