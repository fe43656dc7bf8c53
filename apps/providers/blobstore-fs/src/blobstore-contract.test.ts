import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { blobstoreContract } from '@wasmlattice/provider-contracts';
import { ProviderHarness } from '@wasmlattice/provider-sdk/testing';
import { createTempDir, startNatsServer } from '@wasmlattice/test-support';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const id = 'blobstore';

blobstoreContract('blobstore-fs', async () => {
  await using opened = new AsyncDisposableStack();
  const nats = opened.use(await startNatsServer());
  const { path } = opened.use(await createTempDir());
  const harness = opened.use(await ProviderHarness.connect({ url: nats.url, program, id }));
  const roots = ['first', 'second'].map((name) => join(path, name));
  const [first = '', second = ''] = roots;
  const scope = opened.move();
  return {
    harness,
    id,
    first: { ROOT: first },
    second: { ROOT: second },
    empty: async () => {
      for (const root of roots) {
        for (const box of ['box-one', 'box-two']) await rm(join(root, box), { recursive: true, force: true });
      }
    },
    [Symbol.asyncDispose]: () => scope.disposeAsync(),
  };
});
