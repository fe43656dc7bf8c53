import { fileURLToPath } from 'node:url';
import { postgresContract, providerAtHand } from '@wasmlattice/provider-contracts';
import { createTempDir } from '@wasmlattice/test-support';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

postgresContract(
  'sqldb-sqlite',
  () =>
    providerAtHand('sqlite', { program }, async ({ scope }) => ({
      config: { SQLITE_FOLDER: scope.use(await createTempDir()).path },
      first: { SQLITE_FILE: 'first.db' },
      second: { SQLITE_FILE: 'more/second.db' },
    })),
  { differences: ['other-expressions', 'short-decimals', 'no-arrays', 'loose-types'] },
);
