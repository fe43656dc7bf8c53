import { blobstoreExports } from '@wasmlattice/blobstore';
import { blobstoreS3Schema } from '@wasmlattice/provider-host/config-schema';
import type { Provider, ProviderContext } from '@wasmlattice/provider-sdk';
import { createS3Client } from './s3-client.js';
import { reasonOf } from './s3-failure.js';
import { createS3Store } from './s3-store.js';

/** `wasi:blobstore` on S3. */
export function createBlobstoreProvider({ links, logger }: ProviderContext): Provider {
  const stores = links({
    package: 'wasi:blobstore',
    settings: blobstoreS3Schema,
    open({ settings, sourceId, linkName }, scope) {
      const account = settings.config_b64 ?? settings.config_json ?? {};
      const client = createS3Client(account);
      scope.defer(() => client.destroy());
      logger.info('S3 account opened', { source: sourceId, link: linkName });
      return createS3Store({
        client,
        aliases: new Map(Object.entries({ ...account.aliases, ...settings.alias_NAME })),
        bucketRegion: settings.BUCKET_REGION ?? account.bucket_region,
      });
    },
  });
  return { exports: blobstoreExports({ stores, reasonOf, logger }) };
}
