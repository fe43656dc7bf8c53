import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTempDir, startChild, type TempDir } from '@wasmlattice/test-support';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatabaseSettings } from '../settings.js';
import type { SqliteValue } from '../values/sqlite-value.js';
import { DatabaseProcess } from './database-process.js';

const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

let dir: TempDir;
let opened: AsyncDisposableStack;
beforeEach(async () => {
  opened = new AsyncDisposableStack();
  dir = opened.use(await createTempDir());
});
afterEach(() => opened.disposeAsync());

const file = (): string => join(dir.path, 'tasks.db');
function databaseOf(changes: Partial<DatabaseSettings> = {}): DatabaseProcess {
  const settings = {
    file: file(),
    isReadOnly: false,
    busyTimeoutMs: 5_000,
    statementTimeoutMs: 60_000,
    ...changes,
  };
  return opened.adopt(new DatabaseProcess(settings, program), (database) => database.close());
}
const run = (database: DatabaseProcess, text: string, ...values: SqliteValue[]) =>
  database.request({ tag: 'run', text, values });
const batch = (database: DatabaseProcess, text: string) => database.request({ tag: 'run-batch', text });
const endless = 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n';

describe('a statement', () => {
  it('that takes too long ends with its process, and those that wait for it are carried out', async () => {
    await batch(databaseOf(), 'CREATE TABLE task (id int)');
    const database = databaseOf({ statementTimeoutMs: 3_000 });
    const [long, next] = [run(database, endless), run(database, 'INSERT INTO task VALUES (1)')];
    await expect(long).rejects.toThrow(/longer than the 3000 ms that SQLITE_STATEMENT_TIMEOUT_MS allows$/);
    expect((await next).count).toBe(1);
    expect((await run(database, 'SELECT id FROM task')).rows).toEqual([[1n]]);
  });

  it('holds up no other database', async () => {
    const [busy, free] = [databaseOf(), databaseOf({ file: ':memory:' })];
    await Promise.all([busy.open(), free.open()]);
    const long = run(busy, endless);
    long.catch(() => {});
    expect((await run(free, 'SELECT 1')).rows).toEqual([[1n]]);
    await busy.close();
    await expect(long).rejects.toThrow(/did not end: its process ended with SIGKILL$/);
  });

  it('waits for a writer in another process', async () => {
    const [one, two] = [databaseOf(), databaseOf()];
    await batch(one, 'CREATE TABLE task (id int)');
    const many = Array.from({ length: 20 }, () =>
      [one, two].map((each) => run(each, 'INSERT INTO task VALUES (1)')),
    );
    await Promise.all(many.flat());
    expect((await run(two, 'SELECT count(*) FROM task')).rows).toEqual([[40n]]);
  });

  it.each([
    ["ATTACH '/tmp/elsewhere.db' AS elsewhere"],
    ["ATTACH '/tmp/else' || 'where.db' AS elsewhere"],
    ["VACUUM INTO '/tmp/elsewhere.db'"],
    ['PRAGMA journal_mode = delete'],
    ["SELECT load_extension('elsewhere')"],
    ['PRAGMA writable_schema = 1'],
  ])('%s leads to no other file, and changes no setting', async (text) => {
    const database = databaseOf();
    await expect(batch(database, text)).rejects.toThrow(/not authorized|authorization denied/);
    await expect(run(database, text)).rejects.toThrow(/not authorized|authorization denied/);
  });

  it('of a guest may clean up', async () => {
    const database = databaseOf();
    await batch(database, 'CREATE TABLE task (id int); PRAGMA user_version = 3');
    await batch(database, 'VACUUM');
    expect((await run(database, 'PRAGMA user_version')).rows).toEqual([[3n]]);
  });

  it('is refused what is missing, or too much', async () => {
    const database = databaseOf({ file: ':memory:' });
    const quoted = `SELECT $2, $1, '$9', "x?" -- $7\n FROM (SELECT 5 AS "x?")`;
    expect((await run(database, quoted, 'a', 'b')).rows).toEqual([['b', 'a', '$9', 5n]]);
    expect((await run(database, 'SELECT ?2, ?1', 'a', 'b')).rows).toEqual([['b', 'a']]);
    expect((await run(database, 'SELECT ?, ?', 'a', 'b')).rows).toEqual([['a', 'b']]);
    await expect(run(database, 'SELECT $2, ?1', 'a', 'b')).rejects.toThrow(/choose one form for all$/);
    await expect(run(database, 'SELECT $1')).rejects.toMatchObject({ kind: 'parameters' });
    await expect(run(database, 'SELECT 1', 1n)).rejects.toMatchObject({ kind: 'parameters' });
    await expect(run(database, '')).rejects.toMatchObject({ kind: 'statement' });
    expect((await run(database, 'SELECT 1; -- the end')).rows).toEqual([[1n]]);
  });

  it('is carried out after one like it failed', async () => {
    const database = databaseOf({ file: ':memory:' });
    await batch(database, 'CREATE TABLE task (id int PRIMARY KEY)');
    const insert = 'INSERT INTO task VALUES ($1) RETURNING id';
    await run(database, insert, 1n);
    await expect(run(database, insert, 1n)).rejects.toThrow(/UNIQUE constraint failed/);
    expect((await run(database, insert, 2n)).rows).toEqual([[2n]]);
  });
});

describe('a database', () => {
  it('is written ahead, and its files are one when it is closed', async () => {
    const database = databaseOf();
    await batch(database, 'CREATE TABLE task (id int)');
    expect((await stat(`${file()}-wal`)).size).toBeGreaterThan(0);
    await database.close();
    await expect(stat(`${file()}-wal`)).rejects.toThrow('ENOENT');
  });

  it('that is for reading stays as it is, and must be there', async () => {
    await expect(databaseOf({ isReadOnly: true }).open()).rejects.toThrow(/unable to open database file/);
    await batch(databaseOf(), 'CREATE TABLE task (id int)');
    const reader = databaseOf({ isReadOnly: true });
    expect((await run(reader, 'SELECT * FROM task')).rows).toEqual([]);
    await expect(run(reader, 'INSERT INTO task VALUES (1)')).rejects.toThrow(/readonly database/);
  });

  it('that is none is told when it is opened', async () => {
    await writeFile(file(), 'something else, and longer than the header of a database would be. '.repeat(20));
    await expect(databaseOf().open()).rejects.toThrow(/file is not a database/);
  });

  it('in memory is there until it is closed', async () => {
    const database = databaseOf({ file: ':memory:' });
    await batch(database, 'CREATE TABLE task (id int)');
    expect((await run(database, 'SELECT * FROM task')).rows).toEqual([]);
    await expect(run(databaseOf({ file: ':memory:' }), 'SELECT * FROM task')).rejects.toThrow(
      /no such table/,
    );
  });
});

it('the process of a database ends when its provider is killed in the middle of a statement', async () => {
  const script = join(dir.path, 'provider.mjs');
  const settings = { file: ':memory:', isReadOnly: false, busyTimeoutMs: 1, statementTimeoutMs: 600_000 };
  await writeFile(
    script,
    `const { DatabaseProcess } = await import(${JSON.stringify(new URL('../../dist/process/database-process.js', import.meta.url))});
     const database = new DatabaseProcess(${JSON.stringify(settings)}, ${JSON.stringify(program)});
     await database.open();
     database.request({ tag: 'run', text: ${JSON.stringify(endless)}, values: [] });
     console.log('it runs');`,
  );
  const provider = opened.use(startChild(process.execPath, [script], process.env));
  await provider.waitForLine(/it runs/);
  const { pid } = provider;
  const [child = ''] = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ');
  expect(existsSync(`/proc/${child}/stat`)).toBe(true);
  provider.signal('SIGKILL');
  await provider.exited;
  await expect.poll(() => existsSync(`/proc/${child}/stat`)).toBe(false);
});
