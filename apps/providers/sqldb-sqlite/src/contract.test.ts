import { fileURLToPath } from 'node:url';
import { postgresContract } from '@wasmlattice/provider-contracts';
import { ProviderHarness } from '@wasmlattice/provider-sdk/testing';
import { createTempDir, startNatsServer } from '@wasmlattice/test-support';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const id = 'sqlite';

postgresContract(
  'sqldb-sqlite',
  async () => {
    await using opened = new AsyncDisposableStack();
    const folder = opened.use(await createTempDir());
    const nats = opened.use(await startNatsServer());
    const harness = opened.use(await ProviderHarness.connect({ url: nats.url, program, id }));
    const scope = opened.move();
    return {
      harness,
      id,
      config: { SQLITE_FOLDER: folder.path },
      first: { SQLITE_FILE: 'first.db' },
      second: { SQLITE_FILE: 'more/second.db' },
      [Symbol.asyncDispose]: () => scope.disposeAsync(),
    };
  },
  { differences: ['other-expressions', 'short-decimals', 'no-arrays', 'loose-types'] },
);
