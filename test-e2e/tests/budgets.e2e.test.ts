import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { freePort } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveHttp, startComponent } from '../src/deploy.js';
import { startHost } from '../src/host-process.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

let scenario: Scenario;
const urls: string[] = [];

/** Guests that may run or wait at once in the whole host. */
const stacks = 6;

beforeAll(async () => {
  scenario = await startScenario({ args: ['--max-suspended-stacks', String(stacks)] });
  const { host, lattice } = scenario;
  for (const id of ['one', 'two']) {
    await startComponent(lattice, host, { id, wasm: paths.probe, maxInstances: 10 });
    urls.push(await serveHttp(lattice, host, id, await freePort()));
  }
});
afterAll(async () => {
  await scenario?.[Symbol.asyncDispose]();
});

describe('calls that wait, spread over components that are each below their own limit', () => {
  it('are refused beyond the budget of the process, and served again after it', async () => {
    const waiting = await Promise.all(
      Array.from({ length: stacks }, async (_, index) => {
        const asked = request(`${urls[index % 2]}/echo`, { method: 'POST' });
        asked.write('begun ');
        const [answer] = (await once(asked, 'response')) as [IncomingMessage];
        return { asked, answer };
      }),
    );
    for (const url of urls) {
      const refused = await fetch(`${url}/hello`);
      expect(refused.status).toBe(503);
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(await refused.text()).toMatch(
        /^component "(one|two)" is not invoked now: 6 guests run or wait in this process, of at most 6: /,
      );
    }
    for (const { asked, answer } of waiting) {
      asked.end('and over');
      expect([answer.statusCode, await text(answer)]).toEqual([200, 'begun and over']);
    }
    // A guest may end a moment after its answer.
    for (const url of urls) await expect.poll(async () => (await fetch(`${url}/hello`)).status).toBe(200);
  });
});

it('a host that has no file descriptor left for a connection goes on, says what to raise, and serves again', async () => {
  await using crowded = await startScenario({ openFiles: 200 });
  const { host, lattice } = crowded;
  await startComponent(lattice, host, { id: 'crowded', wasm: paths.probe });
  const url = new URL(await serveHttp(lattice, host, 'crowded', await freePort()));
  const sockets: Socket[] = [];
  try {
    for (let index = 0; index < 400; index++) {
      sockets.push(connect(Number(url.port), url.hostname).on('error', () => {}));
    }
    await host.child.waitForLine(/no file descriptor is left.*raise the limit of open files/);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
  await expect.poll(() => fetch(`${url}hello`).then(({ status }) => status, String)).toBe(200);
});

it('budgets and threads out of range are refused at the start, all of them in one message', async () => {
  const args = ['--max-suspended-stacks', '0', '--max-linear-memories', '12001', '--serving-threads', '257'];
  const failure = await startHost({ nats: scenario.nats, args }).then(
    () => 'it started',
    (error: unknown) => String(error),
  );
  for (const part of ['--max-suspended-stacks', '--max-linear-memories', '--serving-threads']) {
    expect(failure).toContain(part);
  }
});
