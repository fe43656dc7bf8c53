import { postgresContract } from '../postgres/postgres-contract.js';
import { postgresOnServer } from '../postgres/postgres-on-server.js';
import { upstreamDifferences } from './upstream-differences.js';
import { upstreamProgram } from './upstream-program.js';

postgresContract(
  'sqldb-postgres of wasmCloud',
  () => postgresOnServer({ program: upstreamProgram('sqldb-postgres'), isForeign: true }),
  { ...upstreamDifferences['sqldb-postgres'], isForeign: true },
);
