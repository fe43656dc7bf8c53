import { fileURLToPath } from 'node:url';
import {
  copy,
  describe as described,
  type PgValue,
  type Prepared,
  prepared,
  type Query,
  query,
} from '@wasmlattice/postgres-interface';
import type { InterfaceLinkDefinition } from '@wasmlattice/provider-host/protocol';
import { ProviderHarness } from '@wasmlattice/provider-sdk/testing';
import { createClient, err, ok } from '@wasmlattice/rpc';
import {
  startNatsServer,
  startPostgres,
  type TestNatsServer,
  type TestPostgres,
} from '@wasmlattice/test-support';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

// The provider as a host has it: its compiled program in a process of its own, calls over NATS, a real server.

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const id = 'postgres';

let nats: TestNatsServer;
let postgres: TestPostgres;
let harness: ProviderHarness;

beforeAll(async () => {
  [nats, postgres] = await Promise.all([startNatsServer(), startPostgres()]);
  harness = await ProviderHarness.connect({ url: nats.url, program, id });
});
afterEach(() => harness.stopAll());
afterAll(async () => {
  await harness[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});

const settings = (): Record<string, string> => ({
  POSTGRES_HOST: postgres.host,
  POSTGRES_PORT: String(postgres.port),
  POSTGRES_USERNAME: postgres.user,
  POSTGRES_PASSWORD: postgres.password,
  POSTGRES_DATABASE: postgres.database,
});

function link(targetConfig: Record<string, string>, witNamespace = 'wasmcloud'): InterfaceLinkDefinition {
  return {
    sourceId: 'tasks',
    target: id,
    name: 'default',
    witNamespace,
    witPackage: 'postgres',
    interfaces: witNamespace === 'wasmcloud' ? ['query', 'prepared'] : ['copy', 'describe'],
    sourceConfig: {},
    targetConfig,
  };
}

const headers = { 'source-id': 'tasks', 'link-name': 'default' };
const queries = (): Query => createClient(harness.invoker, { target: id, interface: query, headers });
const statements = (): Prepared =>
  createClient(harness.invoker, { target: id, interface: prepared, headers });

/** The values of the only row. */
async function valuesOf(text: string, ...params: PgValue[]): Promise<PgValue[]> {
  const result = await queries().query(text, params);
  if (result.tag === 'err') throw new Error(JSON.stringify(result.val));
  return result.val[0]?.map(({ value }) => value) ?? [];
}

describe('queries', () => {
  it('change and read rows, each with the names of its columns', async () => {
    await harness.start([link(settings())]);
    const { query, queryBatch } = queries();
    expect(
      await queryBatch(
        'CREATE TABLE task (id serial PRIMARY KEY, title text NOT NULL, done bool DEFAULT false); SELECT 1',
      ),
    ).toEqual(ok());
    const title: PgValue = { tag: 'text', val: "it's; -- $1" };
    expect(await query('INSERT INTO task (title) VALUES ($1), ($2)', [title, title])).toEqual(ok([]));
    expect(await query('SELECT * FROM task WHERE title = $1 ORDER BY id LIMIT 1', [title])).toEqual(
      ok([
        [
          { columnName: 'id', value: { tag: 'int4', val: 1 } },
          { columnName: 'title', value: title },
          { columnName: 'done', value: { tag: 'bool', val: false } },
        ],
      ]),
    );
  });

  it.each([
    ['SELEC 1', [], 'invalid-query', /^syntax error at or near "SELEC" at character 1 \(SQLSTATE 42601\)$/],
    ['SELECT * FROM nowhere', [], 'invalid-query', /^relation "nowhere" does not exist/],
    [
      'SELECT $1::int',
      [{ tag: 'text', val: 'five' }],
      'invalid-params',
      /^invalid input syntax for type integer: "five"/,
    ],
    [
      'SELECT $1::int',
      [],
      'invalid-params',
      /^bind message supplies 0 parameters, but prepared statement "" requires 1/,
    ],
    ['SELECT 1; SELECT 2', [], 'invalid-query', /^cannot insert multiple commands into a prepared statement/],
    ['SELECT 1 / 0', [], 'invalid-params', /^division by zero/],
    [
      'SELECT $1::bytea',
      [{ tag: 'char', val: [2, new Uint8Array(1)] }],
      'invalid-params',
      /^a char of 2 bytes has 1$/,
    ],
  ] as const)('%s is refused as what it is', async (text, params, tag, message) => {
    await harness.start([link(settings())]);
    expect(await queries().query(text, params as unknown as PgValue[])).toEqual({
      tag: 'err',
      val: { tag, val: expect.stringMatching(message) },
    });
  });

  it('of one caller find nothing that those of another left in their session', async () => {
    await harness.start([link({ ...settings(), POSTGRES_POOL_SIZE: '1' })]);
    const { query, queryBatch } = queries();
    expect(await query("SET timezone = 'Asia/Tokyo'", [])).toEqual(ok([]));
    expect(await query("SELECT set_config('timezone', 'Asia/Tokyo', false)", [])).toMatchObject({
      tag: 'ok',
    });
    expect(await query('SELECT pg_advisory_lock(7)', [])).toMatchObject({ tag: 'ok' });
    expect(await query('BEGIN', [])).toEqual(ok([]));
    expect(await queryBatch("SET search_path = 'elsewhere'; BEGIN")).toEqual(ok());
    const [zone, path] = await valuesOf("SELECT current_setting('timezone'), current_setting('search_path')");
    expect(zone).toEqual({ tag: 'text', val: 'UTC' });
    expect(path).toEqual({ tag: 'text', val: '"$user", public' });
    const open = `SELECT (SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%') +
      (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')`;
    await expect.poll(() => valuesOf(open)).toEqual([{ tag: 'int8', val: 0n }]);
  });

  it('go on after the server was restarted', async () => {
    await harness.start([link(settings())]);
    expect(await valuesOf('SELECT 1')).toEqual([{ tag: 'int4', val: 1 }]);
    await postgres.restart();
    await expect.poll(async () => (await queries().query('SELECT 1', [])).tag).toBe('ok');
  });
});

describe('prepared statements', () => {
  it('are run with other values, and say how many rows that changed', async () => {
    await harness.start([link(settings())]);
    const { prepare, exec } = statements();
    expect(await queries().queryBatch('CREATE TABLE counted (n int)')).toEqual(ok());
    const token = await prepare('INSERT INTO counted SELECT generate_series(1, $1)');
    expect(token).toEqual(ok(expect.stringMatching(/^prepared-statement-/)));
    // A guest prepares it in each invocation.
    expect(await prepare('INSERT INTO counted SELECT generate_series(1, $1)')).toEqual(token);
    const run = (val: number) => exec(token.val as string, [{ tag: 'int4', val }]);
    expect([await run(3), await run(4)]).toEqual([ok(3n), ok(4n)]);
    expect(await valuesOf('SELECT count(*) FROM counted')).toEqual([{ tag: 'int8', val: 7n }]);
  });

  it('are refused when they are wrong, without being run, and unknown by any other token', async () => {
    await harness.start([link(settings())]);
    const { prepare, exec } = statements();
    expect(await prepare('SELECT * FROM nowhere')).toMatchObject({ tag: 'err', val: { tag: 'unexpected' } });
    expect(await prepare('SELECT 1; CREATE TABLE sneaked ()')).toMatchObject({ tag: 'err' });
    expect(await valuesOf("SELECT to_regclass('sneaked')::text")).toEqual([{ tag: 'null' }]);
    expect(await exec('prepared-statement-none', [])).toEqual({
      tag: 'err',
      val: { tag: 'unknown-prepared-query' },
    });
    const token = await prepare('SELECT $1::int');
    expect(await exec(token.val as string, [{ tag: 'text', val: 'x' }])).toMatchObject({
      tag: 'err',
      val: { tag: 'query-error', val: { tag: 'invalid-params' } },
    });
  });
});

describe('rows in bulk', () => {
  it('are copied in and out as streams, each with an end of its own', async () => {
    await harness.start([link(settings()), link(settings(), 'wasmlattice')]);
    const { copyIn, copyOut } = createClient(harness.invoker, { target: id, interface: copy, headers });
    expect(await queries().queryBatch('CREATE TABLE copied (n int)')).toEqual(ok());
    async function* numbers(): AsyncGenerator<Uint8Array> {
      for (let n = 0; n < 100_000; n += 1_000) {
        yield Buffer.from(Array.from({ length: 1_000 }, (_, i) => `${n + i}\n`).join(''));
      }
    }
    const taken = await copyIn('COPY copied FROM STDIN', numbers(), Promise.resolve(ok()));
    expect(await (taken.val as ReturnType<typeof copyIn>)).toEqual(ok(100_000n));
    const [rows, end] = await copyOut('COPY (SELECT n FROM copied ORDER BY n) TO STDOUT');
    const given = Buffer.concat(await Array.fromAsync(rows)).toString();
    expect(given).toBe(Array.from({ length: 100_000 }, (_, i) => `${i}\n`).join(''));
    expect(await end).toEqual(ok(100_000n));
    const undone = await copyIn('COPY copied FROM STDIN', numbers(), Promise.resolve(err('changed my mind')));
    expect(await (undone.val as ReturnType<typeof copyIn>)).toMatchObject({
      tag: 'err',
      val: { tag: 'unexpected' },
    });
    expect(await valuesOf('SELECT count(*) FROM copied')).toEqual([{ tag: 'int8', val: 100_000n }]);
  });

  it('are refused by a statement that takes none, and by a component without a link', async () => {
    await harness.start([link(settings()), link(settings(), 'wasmlattice')]);
    const { copyIn, copyOut } = createClient(harness.invoker, { target: id, interface: copy, headers });
    const refused = {
      tag: 'err',
      val: { tag: 'invalid-query', val: 'the statement is no COPY … FROM STDIN' },
    };
    async function* none(): AsyncGenerator<Uint8Array> {}
    expect(await copyIn('SELECT 1', none(), Promise.resolve(ok()))).toEqual(refused);
    await harness.stopAll();
    await harness.start([]);
    const [rows, end] = await copyOut('COPY (SELECT 1) TO STDOUT');
    expect(await Array.fromAsync(rows)).toEqual([]);
    expect(await end).toMatchObject({
      tag: 'err',
      val: { val: expect.stringMatching(/^component tasks has no link/) },
    });
  });
});

describe('a description', () => {
  it('names the types that a row has as text only', async () => {
    await harness.start([link(settings()), link(settings(), 'wasmlattice')]);
    const { describe } = createClient(harness.invoker, { target: id, interface: described, headers });
    expect(await describe("SELECT '1 day'::interval AS wait")).toEqual(
      ok([{ name: 'wait', typeName: 'interval' }]),
    );
    expect(await valuesOf("SELECT '1 day'::interval AS wait")).toEqual([{ tag: 'text', val: '1 day' }]);
    expect(await describe('SELECT * FROM nowhere')).toMatchObject({
      tag: 'err',
      val: { tag: 'invalid-query' },
    });
  });
});

describe('a link', () => {
  it('without a database, or a component without a link, is told in its own answer', async () => {
    await harness.start([]);
    expect(await queries().query('SELECT 1', [])).toEqual({
      tag: 'err',
      val: {
        tag: 'unexpected',
        val: 'component tasks has no link named default to this provider: put one for wasmcloud:postgres from it to the provider',
      },
    });
  });
});
