import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir } from '@wasmlattice/test-support';
import { type ProviderProgram, providerAtHand } from '../provider-at-hand.js';
import { box, otherBox } from './blobstore-fixture.js';
import type { BlobstoreSetup } from './blobstore-setup.js';

/** For providers that keep containers as folders below `ROOT`. */
export function blobstoreOnFiles(program: ProviderProgram): Promise<BlobstoreSetup> {
  return providerAtHand('blobstore', program, async ({ scope }) => {
    const { path } = scope.use(await createTempDir());
    const [first, second] = [join(path, 'first'), join(path, 'second')];
    return {
      first: { ROOT: first },
      second: { ROOT: second },
      async empty() {
        for (const root of [first, second]) {
          for (const name of [box, otherBox]) await rm(join(root, name), { recursive: true, force: true });
        }
      },
    };
  });
}
