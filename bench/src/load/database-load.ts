import { setTimeout as wait } from 'node:timers/promises';
import { type Query, query as queryInterface } from '@wasmlattice/postgres-interface';
import { createClient, type Invoker } from '@wasmlattice/rpc';
import type { TestPostgres } from '@wasmlattice/test-support';
import type { BenchLattice } from '../lattice.js';

const source = 'bench';
const provider = 'database';
/** Longest wait for the provider to take its link, in ms. */
const linkDeadlineMs = 30_000;

/** Connections to the server, of the provider and of the baseline. */
export const poolSize = 10;

/** A provider of `wasmcloud:postgres`, started by a host and linked. */
export interface DatabaseUnderLoad {
  /** Runs `select 1` once. */
  query(): Promise<void>;
}

/**
 * Starts the provider, links it, and waits until it has answered.
 *
 * @param providerRef `file:///…`
 */
export async function startDatabase(
  { control, hostId }: BenchLattice,
  invoker: Invoker,
  providerRef: string,
  { host, port, user, password, database }: TestPostgres,
): Promise<DatabaseUnderLoad> {
  await control.startProvider(hostId, { providerId: provider, providerRef });
  await control.putConfig('bench-database', {
    POSTGRES_HOST: host,
    POSTGRES_PORT: String(port),
    POSTGRES_USERNAME: user,
    POSTGRES_PASSWORD: password,
    POSTGRES_DATABASE: database,
    POSTGRES_POOL_SIZE: String(poolSize),
  });
  await control.putLink({
    sourceId: source,
    target: provider,
    witNamespace: 'wasmcloud',
    witPackage: 'postgres',
    interfaces: ['query'],
    targetConfig: ['bench-database'],
  });
  const client = createClient<Query>(invoker, {
    target: provider,
    interface: queryInterface,
    headers: { 'source-id': source, 'link-name': 'default' },
  });
  const query = async (): Promise<void> => {
    const result = await client.query('select 1', []);
    if (result.tag === 'err') throw new Error(`select 1 is refused: ${result.val.val}`);
    if (result.val[0]?.[0]?.value.val !== 1) throw new Error('select 1 did not bring 1');
  };
  for (const deadline = performance.now() + linkDeadlineMs; ; await wait(20)) {
    try {
      await query();
      return { query };
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}
