import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copy, type PgValue, query } from '@wasmlattice/postgres-interface';
import { createClient, err, ok } from '@wasmlattice/rpc';
import { createNatsInvoker, type NatsInvoker } from '@wasmlattice/rpc/nats';
import { createTempDir, startPostgres, type TempDir, type TestPostgres } from '@wasmlattice/test-support';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { putLink, startComponent, startProvider } from '../src/deploy.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';
import { buildSqlDeskGuest } from '../src/sql-desk-guest.js';

let opened: AsyncDisposableStack;
let folder: TempDir;
let postgres: TestPostgres;
let scenario: Scenario;
let invoker: NatsInvoker;

beforeAll(async () => {
  opened = new AsyncDisposableStack();
  folder = opened.use(await createTempDir());
  postgres = opened.use(await startPostgres());
  scenario = opened.use(await startScenario());
  const { lattice, host } = scenario;
  invoker = createNatsInvoker({ connection: lattice.connection, lattice: 'default' });
  opened.defer(() => invoker.close());
  const wasm = join(folder.path, 'desk.wasm');
  await writeFile(wasm, await buildSqlDeskGuest());
  for (const id of ['desk', 'edge-desk']) await startComponent(lattice, host, { id, wasm, maxInstances: 4 });
});
afterAll(() => opened.disposeAsync());

async function* numbers(count: number): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < count; n += 1_000) {
    yield Buffer.from(Array.from({ length: 1_000 }, (_, i) => `${n + i}\n`).join(''));
  }
}

it('a component queries PostgreSQL, and copies rows in and out as streams', async () => {
  const { lattice, host } = scenario;
  await startProvider(lattice, host, 'database', paths.postgresProvider);
  const targetConfig = {
    POSTGRES_HOST: postgres.host,
    POSTGRES_PORT: String(postgres.port),
    POSTGRES_USERNAME: postgres.user,
    POSTGRES_PASSWORD: postgres.password,
    POSTGRES_DATABASE: postgres.database,
  };
  for (const linked of ['wasmcloud:postgres/query', 'wasmlattice:postgres/copy']) {
    await putLink(lattice, { source: 'desk', target: 'database', interface: linked, targetConfig });
  }
  const statements = createClient(invoker, { interface: query, target: 'desk' });
  const bulk = createClient(invoker, { interface: copy, target: 'desk' });
  expect(await statements.query('CREATE TABLE number (n int)', [])).toEqual(ok([]));

  const taken = await bulk.copyIn('COPY number FROM STDIN', numbers(200_000), Promise.resolve(ok()));
  expect(taken.tag).toBe('ok');
  expect(await (taken.val as Promise<unknown>)).toEqual(ok(200_000n));
  const undone = await bulk.copyIn('COPY number FROM STDIN', numbers(2_000), Promise.resolve(err('not all')));
  expect(await (undone.val as Promise<unknown>)).toMatchObject({ tag: 'err', val: { tag: 'unexpected' } });

  const four: PgValue = { tag: 'int4', val: 4 };
  expect(
    await statements.query('SELECT count(*) AS count, max(n) AS max FROM number WHERE n > $1', [four]),
  ).toEqual(
    ok([
      [
        { columnName: 'count', value: { tag: 'int8', val: 199_995n } },
        { columnName: 'max', value: { tag: 'int4', val: 199_999 } },
      ],
    ]),
  );

  const [rows, end] = await bulk.copyOut('COPY (SELECT n FROM number ORDER BY n) TO STDOUT');
  const [given, expected] = await Promise.all([Array.fromAsync(rows), Array.fromAsync(numbers(200_000))]);
  expect(Buffer.concat(given).equals(Buffer.concat(expected))).toBe(true);
  expect(await end).toEqual(ok(200_000n));

  // A reader that leaves ends the statement.
  const [endless] = await bulk.copyOut('COPY (SELECT generate_series(1, 1000000000)) TO STDOUT');
  for await (const _ of endless) break;
  const running = "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'COPY%' AND state = 'active'";
  await expect.poll(() => statements.query(running, [])).toEqual(ok([]));
});

it('a component has a database in a file on the host', async () => {
  const { lattice, host } = scenario;
  await lattice.succeed('config.put.databases', { SQLITE_FOLDER: folder.path });
  const started = lattice.nextEvent('provider_started', { provider_id: 'files' });
  await lattice.succeed(`provider.start.${host.id}`, {
    provider_id: 'files',
    provider_ref: `file://${paths.sqliteProvider}`,
    host_id: host.id,
    config: ['databases'],
  });
  await started;
  const targetConfig = { SQLITE_FILE: 'desk.db' };
  await putLink(lattice, {
    source: 'edge-desk',
    target: 'files',
    interface: 'wasmcloud:postgres/query',
    targetConfig,
  });
  const { query: run, queryBatch } = createClient(invoker, { interface: query, target: 'edge-desk' });
  expect(await queryBatch("CREATE TABLE task (title text); INSERT INTO task VALUES ('x')")).toEqual(ok());
  expect(await run('SELECT title FROM task', [])).toEqual(
    ok([[{ columnName: 'title', value: { tag: 'text', val: 'x' } }]]),
  );
});
