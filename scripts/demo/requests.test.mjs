import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { checkCounts, get } from './requests.mjs';

let server;
afterEach(() => server?.close());

async function serve(answers) {
  const left = [...answers];
  server = createServer((_request, response) => {
    const { status = 200, body } = left.shift() ?? { status: 500, body: 'no more answers' };
    response.writeHead(status).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${server.address().port}/`;
}

const counts = (...values) => values.map((count) => ({ body: JSON.stringify({ count }) }));

test('a counter that rises by one passes', async () => {
  expect(await checkCounts(await serve(counts(7, 8, 9)), 3)).toBe(9);
});

test.each([[[1, 3]], [[1, 1]], [[2, 1]]])('a counter that goes %j does not', async (values) => {
  await expect(checkCounts(await serve(counts(...values)), 2)).rejects.toThrow(/the counter went from/);
});

test('an answer other than 200 is an error with its text', async () => {
  await expect(get(await serve([{ status: 503, body: 'not now' }]))).rejects.toThrow('503: not now');
});
