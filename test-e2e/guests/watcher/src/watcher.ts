import type { Bucket } from 'wasi:keyvalue/store@0.2.0-draft';
import { log } from 'wasi:logging/logging@0.1.0-draft';

/** Keeps a copy of each key it is told of, in the bucket it is given. */
export const watcher = {
  onSet(bucket: Bucket, key: string, value: Uint8Array): void {
    bucket.set(`copy-of-${key}`, value);
    log('info', 'watcher', `copied ${key}`);
  },

  onDelete(bucket: Bucket, key: string): void {
    bucket.delete(`copy-of-${key}`);
    log('info', 'watcher', `forgot ${key}`);
  },
};
