import type { PgValue, QueryError } from '@wasmlattice/postgres-interface';
import { ok } from '@wasmlattice/rpc';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import { okOf } from '../answers.js';
import { type ContractOptions, claimsFor } from '../claims.js';
import {
  arrays,
  decimals,
  documents,
  fixedTexts,
  floats,
  integers,
  linkOf,
  PostgresClient,
  smallestFloats,
  smallestIntegers,
  startLinked,
  texts,
  times,
} from './postgres-fixture.js';
import { type PostgresDifference, type PostgresSetup, postgresDifferences } from './postgres-setup.js';

const int = (val: number): PgValue => ({ tag: 'int4', val });
const text = (val: string): PgValue => ({ tag: 'text', val });

const newTasks = `DROP TABLE IF EXISTS task;
  CREATE TABLE task (id int PRIMARY KEY, title text NOT NULL, done boolean DEFAULT false)`;
const allIds = 'SELECT id FROM task ORDER BY id';

/** Tests of `wasmcloud:postgres` (docs/spec/wrpc-interfaces.md#7) in SQL that databases have in common, and of the links to its provider. */
export function postgresContract(
  name: string,
  setUp: () => Promise<PostgresSetup>,
  options: ContractOptions<PostgresDifference> = {},
): void {
  const claim = claimsFor(postgresDifferences, options);

  describe(`${name} keeps the contract of postgres`, () => {
    let setup: PostgresSetup;
    beforeAll(async () => {
      setup = await setUp();
    });
    afterAll(() => setup?.[Symbol.asyncDispose]());

    describe('statements', () => {
      let one: PostgresClient;
      beforeAll(async () => {
        await startLinked(setup, [
          linkOf(setup, 'one', setup.first),
          linkOf(setup, 'one', setup.first, { witNamespace: 'wasmlattice' }),
        ]);
        one = new PostgresClient(setup, 'one');
      });
      afterAll(() => setup?.harness.stopAll());
      beforeEach(() => one.batch(`DROP TABLE IF EXISTS kept; ${newTasks}`));

      const ids = (): Promise<number[]> => one.numbers(allIds);
      const errorOf = async (statement: string, ...params: PgValue[]): Promise<QueryError['tag']> => {
        const result = await one.query.query(statement, params);
        if (result.tag === 'ok') throw new Error(`${statement} went well`);
        return result.val.tag;
      };

      claim('give rows with the names of their columns', async () => {
        const insert = 'INSERT INTO task (id, title) VALUES ($1, $2)';
        expect(await one.query.query(insert, [int(1), text("it's; -- $1")])).toEqual(ok([]));
        expect(await one.query.query('SELECT * FROM task WHERE id = $1', [int(1)])).toEqual(
          ok([
            [
              { columnName: 'id', value: int(1) },
              { columnName: 'title', value: text("it's; -- $1") },
              { columnName: 'done', value: { tag: 'bool', val: false } },
            ],
          ]),
        );
      });

      claim('give the rows that a change returns', async () => {
        const insert = "INSERT INTO task VALUES (1, 'a', false), (2, 'b', true) RETURNING id, done";
        expect(await one.rows(insert)).toEqual([
          [int(1), { tag: 'bool', val: false }],
          [int(2), { tag: 'bool', val: true }],
        ]);
      });

      claim('use a parameter in several places', async () => {
        await one.rows('INSERT INTO task (id, title) VALUES ($1, $2), ($1 + 1, $2)', int(1), text('x'));
        expect(await ids()).toEqual([1, 2]);
      });

      claim('give many rows', async () => {
        const all = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i FROM n`;
        expect(await one.numbers(all)).toEqual(Array.from({ length: 5_000 }, (_, i) => i + 1));
      });

      claim('count as large numbers', async () => {
        expect(await one.rows('SELECT count(*) FROM task')).toEqual([[{ tag: 'int8', val: 0n }]]);
      });

      claim(
        'have expressions of the smallest type',
        async () => {
          expect(await one.rows('SELECT 1')).toEqual([[int(1)]]);
        },
        'other-expressions',
      );

      const kept = async (values: typeof integers): Promise<void> => {
        for (const [type, value] of values) {
          await one.batch(`DROP TABLE IF EXISTS kept; CREATE TABLE kept (value ${type})`);
          await one.rows('INSERT INTO kept VALUES ($1)', value);
          expect(await one.rows('SELECT value FROM kept')).toEqual([[value]]);
          expect(await one.numbers(`SELECT count(*) FROM kept WHERE value IS NULL`)).toEqual([0]);
        }
      };
      claim('keep integers and truth', () => kept(integers));
      claim('keep the smallest integers', () => kept(smallestIntegers), 'no-longest-negatives');
      claim('keep floats', () => kept(floats));
      claim('keep the smallest floats', () => kept(smallestFloats), 'no-smallest-floats');
      claim('keep texts and bytes', () => kept(texts));
      claim('keep texts of a fixed length', () => kept(fixedTexts), 'unread-chars');
      claim('keep JSON as it was written', () => kept(documents), 'rewritten-json');
      claim('keep dates and times', () => kept(times));
      claim('keep decimals to the last digit', () => kept(decimals), ['short-decimals', 'unread-decimals']);
      claim('keep arrays', () => kept(arrays), 'no-arrays');
      claim('keep null', async () => {
        await one.rows('INSERT INTO task VALUES ($1, $2, $3)', int(1), text('x'), { tag: 'null' });
        expect(await one.rows('SELECT done FROM task')).toEqual([[{ tag: 'null' }]]);
      });

      claim(
        'are refused as what is wrong with them',
        async () => {
          expect(await errorOf('SELEC 1')).toBe('invalid-query');
          expect(await errorOf('SELECT * FROM nowhere')).toBe('invalid-query');
          expect(await errorOf('SELECT 1; SELECT 2')).toBe('invalid-query');
          expect(await errorOf('SELECT id FROM task WHERE id = $1')).toBe('invalid-params');
          expect(await errorOf('SELECT id FROM task WHERE id = $1', int(1), int(2))).toBe('invalid-params');
          expect(await errorOf("INSERT INTO task VALUES (1, 'a', true), (1, 'b', true)")).toBe('unexpected');
          expect(await errorOf('INSERT INTO task VALUES (1, NULL, true)')).toBe('unexpected');
          expect(await ids()).toEqual([]);
        },
        'one-error',
      );

      claim('are refused a value of another type', async () => {
        const insert = 'INSERT INTO task (id, title) VALUES ($1, $2)';
        expect(await errorOf(insert, text('five'), text('x'))).toBe('invalid-params');
      }, ['loose-types', 'bytes-as-values']);

      claim('lose no change of many at once', async () => {
        await one.batch("INSERT INTO task VALUES (0, 'x', false)");
        await Promise.all(Array.from({ length: 50 }, () => one.rows('UPDATE task SET id = id + 1')));
        expect(await ids()).toEqual([50]);
      });

      claim('of a batch are all carried out or none', async () => {
        await one.batch("INSERT INTO task VALUES (1, 'a', false); INSERT INTO task VALUES (2, 'b', false)");
        const broken = "INSERT INTO task VALUES (3, 'c', false); INSERT INTO task VALUES (1, 'd', false)";
        expect((await one.query.queryBatch(broken)).tag).toBe('err');
        expect(await ids()).toEqual([1, 2]);
      });

      claim('of a batch may be a transaction of their own', async () => {
        await one.batch("BEGIN; INSERT INTO task VALUES (1, 'a', false); COMMIT");
        await one.batch("BEGIN; INSERT INTO task VALUES (2, 'b', false); ROLLBACK");
        expect(await ids()).toEqual([1]);
      });

      claim('may be prepared once, and say how many rows they changed', async () => {
        const { prepare, exec } = one.prepared;
        const insert = 'INSERT INTO task (id, title) VALUES ($1, $2), ($1 + 1, $2)';
        const token = okOf(await prepare(insert));
        expect(await exec(token, [int(1), text('x')])).toEqual(ok(2n));
        expect(await exec(token, [int(3), text('x')])).toEqual(ok(2n));
        expect((await exec(token, [int(3), text('x')])).tag).toBe('err');
        expect(await exec(token, [int(5), text('x')])).toEqual(ok(2n));
        expect(await ids()).toEqual([1, 2, 3, 4, 5, 6]);
      });

      claim(
        'are not prepared when they are wrong, unknown by another token, and refused as what they are',
        async () => {
          const { prepare, exec } = one.prepared;
          expect(await prepare('SELECT * FROM nowhere')).toMatchObject({
            tag: 'err',
            val: { tag: 'unexpected' },
          });
          expect(await exec('none', [])).toEqual({ tag: 'err', val: { tag: 'unknown-prepared-query' } });
          const token = okOf(await prepare("INSERT INTO task VALUES (1, 'a', false)"));
          expect(await exec(token, [])).toEqual(ok(1n));
          expect(await exec(token, [])).toMatchObject({ tag: 'err', val: { tag: 'query-error' } });
        },
        'one-error',
      );

      claim('that were prepared go on when their table has other columns', async () => {
        const { prepare, exec } = one.prepared;
        await one.batch("INSERT INTO task VALUES (1, 'a', false)");
        const token = okOf(await prepare('SELECT * FROM task'));
        expect(await exec(token, [])).toEqual(ok(1n));
        await one.batch('ALTER TABLE task ADD COLUMN due date');
        expect(await exec(token, [])).toEqual(ok(1n));
      });

      claim(
        'are described without being run',
        async () => {
          const { describe } = one.describe;
          expect(okOf(await describe('SELECT id, title AS what FROM task'))).toEqual([
            { name: 'id', typeName: expect.stringMatching(/^int/i) },
            { name: 'what', typeName: expect.stringMatching(/^text$/i) },
          ]);
          expect(okOf(await describe("INSERT INTO task VALUES (1, 'a', false)"))).toEqual([]);
          expect(await describe('SELECT * FROM nowhere')).toMatchObject({ val: { tag: 'invalid-query' } });
          expect(await ids()).toEqual([]);
        },
        'no-describe',
      );
    });

    // A process of its own: what it leaves open ends with it, and its calls, one after the other, share one session where there are pools.
    describe('sessions', () => {
      let one: PostgresClient;
      beforeAll(async () => {
        await startLinked(setup, [linkOf(setup, 'one', setup.first)]);
        one = new PostgresClient(setup, 'one');
        await one.batch(newTasks);
      });
      afterAll(() => setup?.harness.stopAll());

      claim(
        'have no transaction open from the statements before',
        async () => {
          expect(await one.query.query('BEGIN', [])).toEqual(ok([]));
          expect((await one.query.queryBatch("BEGIN; INSERT INTO task VALUES (1, 'a', false)")).tag).toBe(
            'ok',
          );
          await one.rows("INSERT INTO task VALUES (2, 'b', false)");
          expect(await one.numbers(allIds)).toEqual([2]);
        },
        'broken-sessions',
      );
    });

    describe('links', () => {
      let running: Awaited<ReturnType<typeof startLinked>>;
      let one: PostgresClient;
      beforeEach(async () => {
        running = await startLinked(setup, [
          linkOf(setup, 'one', setup.first),
          linkOf(setup, 'one', setup.second, { name: 'other' }),
          linkOf(setup, 'two', setup.second),
        ]);
        one = new PostgresClient(setup, 'one');
        for (const client of [one, new PostgresClient(setup, 'two')]) {
          await client.batch('DROP TABLE IF EXISTS place; CREATE TABLE place (id int)');
        }
      });
      afterEach(() => setup?.harness.stopAll());

      const places = (client: PostgresClient): Promise<number[]> => client.numbers('SELECT id FROM place');
      const isRefused = ({ query }: PostgresClient): Promise<boolean> =>
        query.query('SELECT id FROM place', []).then(({ tag }) => tag === 'err');

      claim('lead each component to its own database', async () => {
        await one.batch('INSERT INTO place VALUES (1)');
        expect(await places(new PostgresClient(setup, 'two'))).toEqual([]);
        expect(await places(one)).toEqual([1]);
      });

      claim(
        'lead to the database that the component chooses among its links',
        async () => {
          await one.batch('INSERT INTO place VALUES (1)');
          await new PostgresClient(setup, 'one', 'other').batch('INSERT INTO place VALUES (2)');
          expect(await places(one)).toEqual([1]);
          expect(await places(new PostgresClient(setup, 'two'))).toEqual([2]);
        },
        'one-link',
      );

      claim('are needed: a component without one gets an err', async () => {
        expect(await isRefused(new PostgresClient(setup, 'nobody'))).toBe(true);
      });

      claim(
        'are needed: a component that chooses one it does not have gets an err',
        async () => {
          expect(await isRefused(new PostgresClient(setup, 'one', 'missing'))).toBe(true);
        },
        'one-link',
      );

      claim('lead elsewhere once they are put again', async () => {
        await one.batch('INSERT INTO place VALUES (1)');
        await running.provider.putLink(linkOf(setup, 'one', setup.second));
        await expect.poll(() => places(one)).toEqual([]);
      });

      claim('find what a process before wrote', async () => {
        await one.batch('INSERT INTO place VALUES (1)');
        await setup.harness.stopAll();
        await startLinked(setup, [linkOf(setup, 'one', setup.first)]);
        expect(await places(one)).toEqual([1]);
      });
    });
  });
}
