import type { KV } from 'nats';

/** Another host kept changing the same record, or the store refused the write. */
export class LatticeStoreError extends Error {
  override readonly name = 'LatticeStoreError';
}

/** The failure of a write of `key`. */
export async function writeFailure(bucket: KV, key: string, cause: unknown): Promise<LatticeStoreError> {
  const name = await bucket.status().then(
    (status) => status.bucket,
    () => 'lattice data',
  );
  return new LatticeStoreError(`failed to store '${key}' in bucket '${name}'`, { cause });
}
