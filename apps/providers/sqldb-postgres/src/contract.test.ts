import { fileURLToPath } from 'node:url';
import { postgresContract, postgresOnServer } from '@wasmlattice/provider-contracts';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

postgresContract('sqldb-postgres', () => postgresOnServer({ program }));
