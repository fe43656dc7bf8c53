import { freePort } from '@wasmlattice/test-support';
import { expect, it } from 'vitest';
import { linkKeyvalue, serveHttp, startComponent } from '../src/deploy.js';
import { startHost } from '../src/host-process.js';
import { startHttpLoad } from '../src/http-load.js';
import { paths } from '../src/paths.js';
import { startScenario } from '../src/scenario.js';

const args = ['--serving-threads', '2'];

it('a host that stops under load answers what it accepted on each of 16 connections, the last with connection: close', async () => {
  await using scenario = await startScenario({ args });
  const { host, lattice } = scenario;
  await startComponent(lattice, host, { id: 'probe', wasm: paths.probe, maxInstances: 8 });
  await linkKeyvalue(lattice, host, 'probe', 'visits');
  const url = await serveHttp(lattice, host, 'probe', await freePort());
  // The provider may have begun to serve after its link was put, and is told of it once more then.
  await expect.poll(async () => (await fetch(`${url}/kv/incr?key=a`)).status).toBe(200);
  const loads = [startHttpLoad(`${url}/kv/incr?key=a`, 8), startHttpLoad(`${url}/slow?ms=20`, 8)];
  await Promise.all(loads.map((load) => load.answers(100)));
  const stopped = host.stop();
  for (const load of loads) {
    expect(await load.over).toEqual({ statuses: new Set([200]), connections: 8 });
  }
  expect(await stopped).toBe(0);
});

it('a request that takes longer than its host has left is cut off, and the host ends in time', async () => {
  await using scenario = await startScenario({ args: [...args, '--shutdown-timeout-ms', '8000'] });
  const { host, lattice } = scenario;
  await startComponent(lattice, host, { id: 'probe', wasm: paths.probe, maxInstances: 2 });
  const url = await serveHttp(lattice, host, 'probe', await freePort());
  const begun = host.child.waitForLine(/slow begins/);
  const cutOff = expect(fetch(`${url}/slow?ms=100000`)).rejects.toThrow();
  await begun;
  expect(await host.stop()).toBe(0);
  await cutOff;
  await host.child.waitForLine(/cut off 1 HTTP requests/);
});

it('a host that stops hands the calls of others over to those that run the component, too', async () => {
  await using scenario = await startScenario({ args });
  const { nats, host: front, lattice } = scenario;
  await using leaving = await startHost({ nats, args: ['--serving-threads', '1'] });
  await using staying = await startHost({ nats, args: ['--serving-threads', '1'] });
  for (const host of [leaving, staying]) {
    await startComponent(lattice, host, { id: 'probe', wasm: paths.probe, maxInstances: 4 });
  }
  const load = startHttpLoad(`${await serveHttp(lattice, front, 'probe', await freePort())}/slow?ms=20`, 16);
  await load.answers(200);
  expect(await leaving.stop()).toBe(0);
  await load.answers(200);
  expect(await load.end()).toEqual({ statuses: new Set([200]), connections: 16 });
});
