import { createNatsInvoker } from '@wasmlattice/rpc/nats';
import { startPostgres } from '@wasmlattice/test-support';
import { Pool } from 'pg';
import { artifacts, startLattice } from '../lattice.js';
import { loadCalls } from '../load/call-load.js';
import { poolSize, startDatabase } from '../load/database-load.js';
import type { Measurement } from '../measurement.js';
import { medianOfRounds } from '../rounds.js';

const inFlight = 64;
const load = { inFlight, warmUpMs: 500, durationMs: 2_000 };

export const providerPostgresQuery: Measurement = {
  name: 'provider-postgres-query',
  unit: 'queries/s',
  better: 'higher',
  target: 0.6,
  title: `\`select 1\`, ${inFlight} in flight: client, provider, PostgreSQL by ${poolSize} connections`,
  baseline: `the same by pg, a pool of ${poolSize} connections`,
  async measure() {
    await using opened = new AsyncDisposableStack();
    const postgres = opened.use(await startPostgres());
    const lattice = opened.use(await startLattice());
    const invoker = createNatsInvoker({ connection: lattice.connection, lattice: lattice.lattice });
    opened.defer(() => invoker.close());
    const { host, port, user, password, database } = postgres;
    const pool = new Pool({ host, port, user, password, database, max: poolSize });
    opened.defer(() => pool.end());
    const under = await startDatabase(lattice, invoker, `file://${artifacts.postgresProvider}`, postgres);
    const value = () => loadCalls(() => under.query(), load);
    return await medianOfRounds(3, value, () => loadCalls(() => pool.query('select 1'), load));
  },
};
