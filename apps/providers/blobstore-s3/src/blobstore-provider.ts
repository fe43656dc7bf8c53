import { blobstoreExports } from '@wasmlattice/blobstore';
import { blobstoreS3Schema } from '@wasmlattice/provider-host/config-schema';
import type { Provider, ProviderContext } from '@wasmlattice/provider-sdk';
import { reasonOf } from './s3-failure.js';

/** `wasi:blobstore` on S3. The AWS SDK, 21 MB of memory, is loaded with the first link. */
export function createBlobstoreProvider({ links, logger }: ProviderContext): Provider {
  const stores = links({
    package: 'wasi:blobstore',
    settings: blobstoreS3Schema,
    async open({ settings, sourceId, linkName }, scope) {
      const [{ createS3Client }, { createS3Store }] = await Promise.all([
        import('./s3-client.js'),
        import('./s3-store.js'),
      ]);
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
