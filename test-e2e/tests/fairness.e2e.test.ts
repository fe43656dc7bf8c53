import { freePort } from '@wasmlattice/test-support';
import { expect, it } from 'vitest';
import { serveHttp, startComponent } from '../src/deploy.js';
import { paths } from '../src/paths.js';
import { startScenario } from '../src/scenario.js';

it('a component whose guests compute leaves room for its neighbours on the same thread', async () => {
  await using scenario = await startScenario({ args: ['--serving-threads', '1'] });
  const { lattice, host } = scenario;
  const serve = async (id: string): Promise<string> => {
    await startComponent(lattice, host, { id, wasm: paths.probe, maxInstances: 64 });
    return await serveHttp(lattice, host, id, await freePort());
  };
  const [busy, neighbour] = [await serve('busy'), await serve('neighbour')];
  expect(await (await fetch(`${neighbour}/hello`)).text()).toBe('hello\n');

  // So many connections are open and idle before anything is computed.
  const atOnce = (path: string) => Array.from({ length: 64 }, () => fetch(`${busy}${path}`));
  for (const answer of await Promise.all(atOnce('/slow?ms=200'))) await answer.text();

  let computed = 0;
  const first = Promise.withResolvers<void>();
  const requests = atOnce('/compute?ms=20').map(async (asked) => {
    const answer = await asked;
    computed++;
    first.resolve();
    expect([answer.status, await answer.text()]).toEqual([200, 'computed\n']);
  });
  await first.promise;
  for (let i = 0; i < 4; i++) expect(await (await fetch(`${neighbour}/hello`)).text()).toBe('hello\n');
  // In the order of arrival all 64 would have come first.
  expect(computed).toBeLessThan(32);
  await Promise.all(requests);
});
