import { postgresContract } from '../postgres/postgres-contract.js';
import { postgresOnServer } from '../postgres/postgres-on-server.js';
import { upstreamProgram } from './upstream-program.js';

postgresContract(
  'sqldb-postgres of wasmCloud',
  () => postgresOnServer({ program: upstreamProgram('sqldb-postgres'), isForeign: true }),
  { differences: ['one-error', 'broken-sessions', 'one-link', 'put-once', 'no-describe'] },
);
