import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ProviderHarness } from '@wasmlattice/provider-sdk/testing';
import { createTempDir, startNatsServer } from '@wasmlattice/test-support';
import { blobstoreContract } from '../blobstore/blobstore-contract.js';
import { upstreamProgram } from './upstream-program.js';

const id = 'blobstore';

blobstoreContract(
  'blobstore-fs of wasmCloud',
  async () => {
    const program = upstreamProgram('blobstore-fs');
    await using opened = new AsyncDisposableStack();
    const nats = opened.use(await startNatsServer());
    const { path } = opened.use(await createTempDir());
    const harness = opened.use(
      await ProviderHarness.connect({ url: nats.url, program, id, isForeign: true }),
    );
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
          for (const box of ['box-one', 'box-two'])
            await rm(join(root, box), { recursive: true, force: true });
        }
      },
      [Symbol.asyncDispose]: () => scope.disposeAsync(),
    };
  },
  { differences: ['broken-writes-stay', 'new-only', 'one-link', 'put-once', 'delete-all-links'] },
);
