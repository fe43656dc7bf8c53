import { fileURLToPath } from 'node:url';
import { postgresContract } from '@wasmlattice/provider-contracts';
import { ProviderHarness } from '@wasmlattice/provider-sdk/testing';
import { startNatsServer, startPostgres } from '@wasmlattice/test-support';
import { Client } from 'pg';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const id = 'postgres';

postgresContract('sqldb-postgres', async () => {
  await using opened = new AsyncDisposableStack();
  const nats = opened.use(await startNatsServer());
  const postgres = opened.use(await startPostgres());
  const harness = opened.use(await ProviderHarness.connect({ url: nats.url, program, id }));
  const { host, port, user, password } = postgres;
  const client = new Client({ host, port, user, password, database: postgres.database });
  await client.connect();
  await client.query('CREATE DATABASE second');
  await client.end();
  const configOf = (database: string): Record<string, string> => ({
    POSTGRES_HOST: host,
    POSTGRES_PORT: String(port),
    POSTGRES_USERNAME: user,
    POSTGRES_PASSWORD: password,
    POSTGRES_DATABASE: database,
  });
  const scope = opened.move();
  return {
    harness,
    id,
    first: configOf(postgres.database),
    second: configOf('second'),
    [Symbol.asyncDispose]: () => scope.disposeAsync(),
  };
});
