import { ProviderHarness } from '@wasmlattice/provider-sdk/testing';
import { startNatsServer, startPostgres } from '@wasmlattice/test-support';
import { postgresContract } from '../postgres/postgres-contract.js';
import { upstreamProgram } from './upstream-program.js';

const id = 'postgres';

postgresContract(
  'sqldb-postgres of wasmCloud',
  async () => {
    const program = upstreamProgram('sqldb-postgres');
    await using opened = new AsyncDisposableStack();
    const nats = opened.use(await startNatsServer());
    const [first, second] = [opened.use(await startPostgres()), opened.use(await startPostgres())];
    const harness = opened.use(
      await ProviderHarness.connect({ url: nats.url, program, id, isForeign: true }),
    );
    const configOf = ({ host, port, user, password, database }: typeof first): Record<string, string> => ({
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
      first: configOf(first),
      second: configOf(second),
      [Symbol.asyncDispose]: () => scope.disposeAsync(),
    };
  },
  { differences: ['one-error', 'broken-sessions', 'one-link', 'put-once', 'no-describe'] },
);
