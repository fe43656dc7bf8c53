import { setImmediate } from 'node:timers/promises';
import { noopLogger } from '@wasmlattice/telemetry';
import { startPostgres, type TestPostgres } from '@wasmlattice/test-support';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../database.js';

let postgres: TestPostgres;
let database: Database;

beforeAll(async () => {
  postgres = await startPostgres();
  database = new Database({ ...postgres, tls: undefined, poolSize: 2, isShared: false }, noopLogger);
});
beforeEach(() =>
  database.runBatch('DROP TABLE IF EXISTS task; CREATE TABLE task (id int PRIMARY KEY, title text)'),
);
afterAll(async () => {
  await database.close();
  await postgres[Symbol.asyncDispose]();
});

const scalar = async (text: string): Promise<string | null | undefined> =>
  (await database.run({ text, values: [] })).rows[0]?.[0];
const count = (): Promise<string | null | undefined> => scalar('SELECT count(*) FROM task');
const whole = Promise.resolve(undefined);
const into = 'COPY task FROM STDIN';

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const each of texts) yield new TextEncoder().encode(each);
}

/** Rows without end, and how many of them were taken. */
function endless(): { readonly rows: AsyncGenerator<Uint8Array>; readonly left: Promise<number> } {
  const { promise, resolve } = Promise.withResolvers<number>();
  async function* rows(): AsyncGenerator<Uint8Array> {
    let taken = 0;
    try {
      while (true) {
        yield Buffer.from(`${taken++}\tx\n`);
        await setImmediate();
      }
    } finally {
      resolve(taken);
    }
  }
  return { rows: rows(), left: promise };
}

describe('rows that are copied in', () => {
  it('are cut anywhere, and there when the end says so', async () => {
    const { done } = await database.copyIn(into, chunks('1\tfi', 'rst\n2\tsec', 'ond\n'), whole);
    expect(await done).toBe(2);
    expect(await scalar("SELECT string_agg(title, ',' ORDER BY id) FROM task")).toBe('first,second');
  });

  it.each([
    ['2\tx\n1\tx\n1\tx\n', /duplicate key value .* \(SQLSTATE 23505\)|duplicate key/],
    ['one\tx\n', /invalid input syntax for type integer/],
  ])('%j is refused, none are there, and the connection goes on', async (text, message) => {
    const { done } = await database.copyIn(into, chunks(text), whole);
    await expect(done).rejects.toThrow(message);
    expect(await count()).toBe('0');
  });

  it('are left by a server that refuses one in the middle', async () => {
    const { rows, left } = endless();
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('broken\n');
      yield* rows;
    }
    const { done } = await database.copyIn(into, broken(), whole);
    await expect(done).rejects.toThrow('invalid input syntax for type integer');
    expect(await left).toBeGreaterThan(0);
    expect(await count()).toBe('0');
  });

  it('are undone when they break off, or the end says so', async () => {
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('1\tx\n');
      throw new Error('the writer is gone');
    }
    const broken = await database.copyIn(into, breaking(), whole);
    await expect(broken.done).rejects.toThrow('COPY from stdin failed: the writer is gone');
    const taken = await database.copyIn(into, chunks('1\tx\n'), Promise.resolve('not\0 all'));
    await expect(taken.done).rejects.toThrow('COPY from stdin failed: not all');
    expect(await count()).toBe('0');
  });

  it('fail when the connection is lost under way', async () => {
    const { rows, left } = endless();
    const { done } = await database.copyIn(into, rows, whole);
    done.catch(() => {});
    await postgres.restart();
    await expect(done).rejects.toThrow();
    await left;
    await expect.poll(() => count().catch(String)).toBe('0');
  });
});

describe('rows that are copied out', () => {
  const text = async (bytes: AsyncIterable<Uint8Array>): Promise<string> =>
    Buffer.concat(await Array.fromAsync(bytes)).toString();

  it('are those of the statement', async () => {
    const { bytes, done } = database.copyOut("COPY (VALUES (1, 'ä'), (2, NULL)) TO STDOUT WITH (FORMAT csv)");
    expect(await text(bytes)).toBe('1,ä\n2,\n');
    expect(await done).toBe(2);
  });

  it('end where an error is, which the end tells', async () => {
    const { bytes, done } = database.copyOut(
      'COPY (SELECT 1 / (3 - n) FROM generate_series(1, 9) AS n) TO STDOUT',
    );
    expect(await text(bytes)).toBe('0\n1\n');
    await expect(done).rejects.toThrow('division by zero');
    expect(await count()).toBe('0');
  });

  it('come at the pace of the reader, and the statement ends when that one leaves', async () => {
    const { bytes, done } = database.copyOut(
      "COPY (SELECT repeat('x', 1000) FROM (SELECT generate_series(1, 1000000000)) AS n) TO STDOUT",
    );
    done.catch(() => {});
    const waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'ClientWrite'";
    for await (const chunk of bytes) {
      expect(chunk.length).toBeGreaterThan(0);
      // The server can't send on until the next read.
      await expect.poll(() => scalar(waiting)).toBe('1');
      break;
    }
    await expect(done).rejects.toThrow('the reader left');
    await expect
      .poll(() => scalar("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY%'"))
      .toBe('0');
  });

  it('end the statement also when nobody has read yet and the server has nothing to write', async () => {
    const { bytes, done } = database.copyOut('COPY (SELECT pg_sleep(600)) TO STDOUT');
    done.catch(() => {});
    const running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY%' AND state = 'active'";
    await expect.poll(() => scalar(running)).toBe('1');
    await bytes[Symbol.asyncIterator]().return?.();
    await expect
      .poll(() => scalar("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY%'"))
      .toBe('0');
  });
});

describe('a statement that copies nothing, or the other way', () => {
  const others = [
    'SELECT 1',
    "INSERT INTO task VALUES (1, 'x')",
    'CREATE TABLE sneaked ()',
    '',
    'COPY task FROM STDIN; SELECT 1',
    'nonsense',
  ];

  it.each([...others, 'COPY task TO STDOUT'])('%j takes no rows, and changes nothing', async (text) => {
    await expect(database.copyIn(text, chunks('1\tx\n'), whole)).rejects.toThrow(
      /is no COPY … FROM STDIN|syntax error|multiple commands/,
    );
    expect(await count()).toBe('0');
    expect(await scalar("SELECT to_regclass('sneaked')")).toBeNull();
  });

  it.each([...others, into])('%j gives no rows, and changes nothing', async (text) => {
    const { bytes, done } = database.copyOut(text);
    done.catch(() => {});
    expect(await Array.fromAsync(bytes)).toEqual([]);
    await expect(done).rejects.toThrow(/is no COPY … TO STDOUT|syntax error|multiple commands/);
    expect(await count()).toBe('0');
    expect(await scalar("SELECT to_regclass('sneaked')")).toBeNull();
  });
});

describe('a description', () => {
  it('has the type of each column as the database writes it, and runs nothing', async () => {
    expect(
      await database.describe(
        "SELECT 1.5::numeric(10,2) AS price, '1 day'::interval, ARRAY['x'], id FROM task",
      ),
    ).toEqual([
      { name: 'price', typeName: 'numeric(10,2)' },
      { name: 'interval', typeName: 'interval' },
      { name: 'array', typeName: 'text[]' },
      { name: 'id', typeName: 'integer' },
    ]);
    expect(await database.describe("INSERT INTO task VALUES (1, 'x')")).toEqual([]);
    expect(await database.describe('DELETE FROM task WHERE id = $1 RETURNING id')).toHaveLength(1);
    expect(await count()).toBe('0');
    await expect(database.describe('SELECT * FROM nowhere')).rejects.toThrow(
      'relation "nowhere" does not exist',
    );
  });
});

it('a connection that is lost while it is used fails its statement and nothing else', async () => {
  const running = database.run({ text: 'SELECT pg_sleep(600)', values: [] });
  running.catch(() => {});
  await expect
    .poll(() => scalar("SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)'"))
    .toBe('1');
  await postgres.restart();
  await expect(running).rejects.toThrow();
  await expect.poll(() => scalar('SELECT 1').catch(String)).toBe('1');
});
