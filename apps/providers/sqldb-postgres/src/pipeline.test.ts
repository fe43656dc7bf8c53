import { startPostgres, type TestPostgres } from '@wasmlattice/test-support';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Pipeline } from './pipeline.js';

let postgres: TestPostgres;
let pipeline: Pipeline;
beforeAll(async () => {
  postgres = await startPostgres();
  pipeline = new Pipeline({
    config: { ...postgres },
    prepare: (client) => client.query("SET application_name = 'prepared'"),
  });
});
afterAll(async () => {
  await pipeline.close();
  await postgres[Symbol.asyncDispose]();
});

const run = async (text: string, ...values: unknown[]): Promise<unknown> =>
  (await pipeline.run({ text, values, rowMode: 'array' })).result.rows[0]?.[0];

it('statements go by one prepared connection at once, and each has its own answer', async () => {
  const pids = new Set(await Promise.all(Array.from({ length: 30 }, () => run('SELECT pg_backend_pid()'))));
  expect(pids.size).toBe(1);
  expect(await run("SELECT current_setting('application_name')")).toBe('prepared');
  const numbers = Array.from({ length: 30 }, (_, i) => i);
  expect(await Promise.all(numbers.map((i) => run('SELECT $1::int', i)))).toEqual(numbers);
  expect(pipeline.underWay).toBe(0);
});

it('a statement that is refused fails alone', async () => {
  const texts = ['SELECT 1', 'SELECT 1 / 0', 'SELECT 2', 'nonsense', 'SELECT 3'];
  const told = await Promise.all(
    texts.map((text) => run(text, ...[]).catch((error: Error) => error.message)),
  );
  expect(told).toEqual([1, 'division by zero', 2, expect.stringMatching(/^syntax error/), 3]);
});

it('takes so many at a time, and no more once it is closed', async () => {
  const full = Array.from({ length: 32 }, () => run('SELECT 1'));
  expect(pipeline.hasRoom).toBe(false);
  await Promise.all(full);
  expect(pipeline.hasRoom).toBe(true);
});

it('connects anew after its connection was lost, which fails what was under way', async () => {
  const waiting = [run('SELECT pg_sleep(600)'), run('SELECT 1')];
  for (const each of waiting) each.catch(() => {});
  await expect.poll(() => pipeline.underWay).toBe(2);
  await postgres.restart();
  for (const each of waiting) await expect(each).rejects.toThrow();
  expect(await run('SELECT 1')).toBe(1);
});
