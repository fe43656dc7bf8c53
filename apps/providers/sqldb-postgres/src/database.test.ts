import { noopLogger } from '@wasmlattice/telemetry';
import { createTestAuthority, startPostgres, type TestPostgres } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from './database.js';
import { LinkedDatabases } from './linked-databases.js';
import type { DatabaseSettings } from './settings.js';

const authority = createTestAuthority();
const link = { sourceId: 'tasks', linkName: 'default' };

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres({ authority });
});
afterAll(() => postgres[Symbol.asyncDispose]());

const settings = (changes: Partial<DatabaseSettings> = {}): DatabaseSettings => {
  const { host, port, user, password, database } = postgres;
  return { host, port, user, password, database, tls: undefined, poolSize: 2, isShared: false, ...changes };
};

describe('a connection', () => {
  it('with TLS goes to a server whose certificate is of the given authority', async () => {
    const database = new Database(settings({ tls: { ca: authority.certificate } }), noopLogger);
    const { rows } = await database.run({
      text: 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
      values: [],
    });
    expect(rows).toEqual([['t']]);
    await database.close();
  });

  it('with TLS goes to no server with another certificate', async () => {
    const database = new Database(settings({ tls: { ca: createTestAuthority().certificate } }), noopLogger);
    await expect(database.check()).rejects.toThrow(/certificate/);
    await database.close();
  });
});

describe('links', () => {
  it('say why their database can not be used, and never the password', async () => {
    const databases = new LinkedDatabases(() => noopLogger);
    const wrong = databases.put(link, settings({ password: 'hunter2' }));
    const told = await wrong.catch((error: Error) => error.message);
    expect(told).toMatch(
      /^the database postgres at 127\.0\.0\.1:\d+ can't be used: password authentication failed for user "tester" \(SQLSTATE 28P01\)$/,
    );
    await expect(databases.put(link, settings({ database: 'nowhere' }))).rejects.toThrow(
      'database "nowhere" does not exist (SQLSTATE 3D000)',
    );
    expect(() => databases.get(link)).toThrow('tasks has no link named default to this provider');
  });

  it('that are put again with other settings keep the old ones when these are wrong', async () => {
    const databases = new LinkedDatabases(() => noopLogger);
    await databases.put(link, settings());
    const { database } = databases.get(link);
    await databases.put(link, settings({ password: 'wrong' })).catch(() => {});
    expect(databases.get(link).database).toBe(database);
    await databases.put(link, settings());
    expect(databases.get(link).database).not.toBe(database);
    await expect(database.run({ text: 'SELECT 1', values: [] })).rejects.toThrow(/end/);
    await databases.close();
  });

  it('share connections by choice, until the last one leaves', async () => {
    const databases = new LinkedDatabases(() => noopLogger);
    const [first, second] = [link, { ...link, linkName: 'second' }];
    for (const each of [first, second]) await databases.put(each, settings({ isShared: true }));
    const { database } = databases.get(first);
    expect(databases.get(second).database).toBe(database);
    await databases.delete(first);
    expect((await database.run({ text: 'SELECT 1', values: [] })).rows).toEqual([['1']]);
    await databases.delete(second);
    await expect(database.run({ text: 'SELECT 1', values: [] })).rejects.toThrow(/end/);
  });
});
