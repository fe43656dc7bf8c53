import { blobstoreExports } from '@wasmlattice/blobstore';
import { blobstoreFsSchema } from '@wasmlattice/provider-host/config-schema';
import type { Provider, ProviderContext } from '@wasmlattice/provider-sdk';
import { reasonOf } from './file-failure.js';
import { openFileStore } from './file-store.js';
import { rootOf } from './settings.js';

/** `wasi:blobstore` on a directory. */
export function createBlobstoreProvider({ links, logger }: ProviderContext): Provider {
  const stores = links({
    package: 'wasi:blobstore',
    settings: blobstoreFsSchema,
    async open({ settings, sourceId, linkName }) {
      const root = rootOf(settings, sourceId);
      const store = await openFileStore(root);
      logger.info('directory opened', { source: sourceId, link: linkName, root });
      return store;
    },
  });
  return { exports: blobstoreExports({ stores, reasonOf, logger }) };
}
