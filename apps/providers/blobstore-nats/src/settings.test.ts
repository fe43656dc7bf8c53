import { blobstoreNatsSchema, readSettings } from '@wasmlattice/provider-host/config-schema';
import { expect, it } from 'vitest';
import { newBucketOf } from './settings.js';

const newBucket = (config: Record<string, string>): ReturnType<typeof newBucketOf> =>
  newBucketOf(
    readSettings(blobstoreNatsSchema, {
      side: 'target',
      link: { config, secrets: {} },
      provider: { config: {}, secrets: {} },
    }),
  );

it('buckets are made as the link says', () => {
  expect(newBucket({})).toMatchObject({ storage: 'file', replicas: 1, ttl: 0 });
  const config = { storage_type: '1', num_replicas: '3', compression: 'true', max_age: '60' };
  expect(newBucket(config)).toMatchObject({
    storage: 'memory',
    replicas: 3,
    compression: true,
    ttl: 60_000_000_000,
  });
  for (const [key, value] of [
    ['storage_type', 'tape'],
    ['num_replicas', '9'],
    ['max_age', 'ever'],
  ] as const) {
    expect(() => newBucket({ [key]: value })).toThrow(key);
  }
});
