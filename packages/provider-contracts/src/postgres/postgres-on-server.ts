import { startPostgres } from '@wasmlattice/test-support';
import { type ProviderProgram, providerAtHand } from '../provider-at-hand.js';
import type { PostgresSetup } from './postgres-setup.js';

/** For providers that run statements on a PostgreSQL server. */
export function postgresOnServer(program: ProviderProgram): Promise<PostgresSetup> {
  return providerAtHand('postgres', program, async ({ scope }) => {
    const { database, host, password, port, user } = scope.use(await startPostgres());
    const configOf = (name: string): Record<string, string> => ({
      POSTGRES_HOST: host,
      POSTGRES_PORT: String(port),
      POSTGRES_USERNAME: user,
      POSTGRES_PASSWORD: password,
      POSTGRES_DATABASE: name,
    });
    // Another database that every server has.
    return { first: configOf(database), second: configOf('template1') };
  });
}
