import { fileURLToPath } from 'node:url';
import { S3Client } from '@aws-sdk/client-s3';
import { blobstoreContract, providerAtHand } from '@wasmlattice/provider-contracts';
import { startCeph } from '@wasmlattice/test-support';
import { createS3Store } from './s3-store.js';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

blobstoreContract('blobstore-s3', () =>
  providerAtHand('blobstore', { program }, async ({ scope }) => {
    const { endpoint, region, user } = scope.use(await startCeph());
    const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials: user });
    scope.defer(() => client.destroy());
    const account = {
      endpoint,
      region,
      access_key_id: user.accessKeyId,
      secret_access_key: user.secretAccessKey,
    };
    const config = { config_json: JSON.stringify(account) };
    const containers = ['box-one', 'box-two'];
    const buckets = createS3Store({ client, aliases: new Map(), bucketRegion: undefined });
    return {
      first: config,
      // The same account, and other buckets.
      second: {
        ...config,
        ...Object.fromEntries(containers.map((name) => [`alias_${name}`, `second-${name}`])),
      },
      empty: async () => {
        for (const name of containers.flatMap((each) => [each, `second-${each}`])) {
          if (await buckets.containerExists(name)) await buckets.deleteContainer(name);
        }
      },
    };
  }),
);
