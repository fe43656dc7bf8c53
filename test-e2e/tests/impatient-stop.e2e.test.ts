import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { freePort } from '@wasmlattice/test-support';
import { expect, it } from 'vitest';
import { serveHttp, startComponent } from '../src/deploy.js';
import { paths } from '../src/paths.js';
import { startScenario } from '../src/scenario.js';

it('a second signal ends a host that waits for a response nobody reads', async () => {
  await using scenario = await startScenario();
  const { host, lattice } = scenario;
  await startComponent(lattice, host, { id: 'probe', wasm: paths.probe });
  const url = await serveHttp(lattice, host, 'probe', await freePort());
  const asked = request(`${url}/big?bytes=1000000000`).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.on('error', () => {});
  host.child.signal('SIGTERM');
  await host.child.waitForLine(/host is stopping/);
  host.child.signal('SIGTERM');
  expect(await host.child.exited).toBe(1);
});
