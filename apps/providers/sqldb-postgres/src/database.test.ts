import { noopLogger } from '@wasmlattice/telemetry';
import { createTestAuthority, startPostgres, type TestPostgres } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from './database.js';
import { Databases } from './databases.js';
import type { DatabaseSettings } from './settings.js';

const authority = createTestAuthority();

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

describe('the database of a link', () => {
  const ping = { text: 'SELECT 1', values: [] };

  it('says why it can not be used, and never the password', async () => {
    const databases = new Databases(noopLogger);
    await using scope = new AsyncDisposableStack();
    const wrong = databases.open(settings({ password: 'hunter2' }), scope);
    const told = await wrong.catch((error: Error) => error.message);
    expect(told).toMatch(
      /^the database postgres at 127\.0\.0\.1:\d+ can't be used: password authentication failed for user "tester" \(SQLSTATE 28P01\)$/,
    );
    await expect(databases.open(settings({ database: 'nowhere' }), scope)).rejects.toThrow(
      'database "nowhere" does not exist (SQLSTATE 3D000)',
    );
  });

  it('shares connections by choice, until the last one leaves', async () => {
    const databases = new Databases(noopLogger);
    const [first, second] = [new AsyncDisposableStack(), new AsyncDisposableStack()];
    const database = await databases.open(settings({ isShared: true }), first);
    expect(await databases.open(settings({ isShared: true }), second)).toBe(database);
    await first.disposeAsync();
    expect((await database.run(ping)).rows).toEqual([['1']]);
    await second.disposeAsync();
    await expect(database.run(ping)).rejects.toThrow(/end/);
  });

  it('has connections of its own otherwise', async () => {
    const databases = new Databases(noopLogger);
    await using scope = new AsyncDisposableStack();
    const own = await databases.open(settings(), scope);
    expect(await databases.open(settings(), scope)).not.toBe(own);
  });
});
