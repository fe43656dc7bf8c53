import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, freePort, startNatsServer } from '@wasmlattice/test-support';
import { expect, it } from 'vitest';
import { runCli } from '../src/cli-process.js';
import { startHost } from '../src/host-process.js';
import { startHttpLoad } from '../src/http-load.js';
import { joinLattice } from '../src/lattice.js';
import { writeSecondHello } from '../src/patched-guest.js';
import { paths } from '../src/paths.js';

it('a host runs two versions of a component, and loses no request when the second comes, grows and goes', async () => {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(await createTempDir());
  const second = `file://${await writeSecondHello(folder.path)}`;
  const nats = opened.use(await startNatsServer({}));
  const host = opened.use(
    await startHost({ nats, args: ['--builtin-http-server', 'true', '--serving-threads', '2'] }),
  );
  const lattice = opened.use(await joinLattice(nats));
  const address = `127.0.0.1:${await freePort()}`;
  await lattice.succeed('config.put.address', { address });
  await lattice.succeed(`provider.start.${host.id}`, {
    provider_id: 'http',
    provider_ref: 'wasmcloud+builtin://http-server',
  });
  await lattice.event('provider_started', { provider_id: 'http' });
  await lattice.succeed(`component.scale.${host.id}`, {
    component_id: 'web',
    component_ref: `file://${paths.hello}`,
    count: 20,
  });
  await lattice.event('component_scaled', { component_id: 'web' });
  await lattice.succeed('link.put', {
    source_id: 'http',
    target: 'web',
    name: 'default',
    wit_namespace: 'wasi',
    wit_package: 'http',
    interfaces: ['incoming-handler'],
    source_config: ['address'],
    target_config: [],
  });
  const visit = async (): Promise<string> => (await fetch(`http://${address}/`)).text();
  await expect.poll(() => visit().catch(() => '')).toContain('Hello');

  const canary = async (share: number): Promise<void> => {
    const scaled = lattice.nextEvent('component_scaled', { component_id: 'web' });
    await lattice.succeed(`component.canary.${host.id}`, {
      component_id: 'web',
      component_ref: second,
      share_ppm: share * 1_000_000,
    });
    await scaled;
  };
  const greetings = async (count: number): Promise<number> => {
    const texts = await Promise.all(Array.from({ length: count }, visit));
    return texts.filter((text) => text.startsWith('Ahoi!')).length;
  };
  const inventory = async (): Promise<unknown> =>
    ((await lattice.succeed(`host.get.${host.id}`)).response as { components: unknown[] }).components;

  const load = startHttpLoad(`http://${address}/`, 4);
  await load.answers(20);
  await canary(0.25);
  expect(await inventory()).toMatchObject([
    {
      id: 'web',
      image_ref: `file://${paths.hello}`,
      annotations: { 'wasmlattice.dev/canary': second, 'wasmlattice.dev/canary-share': '25%' },
    },
  ]);
  // Each thread divides its calls evenly, and the load has others of them: these are a sample.
  const some = await greetings(200);
  expect(some).toBeGreaterThan(20);
  expect(some).toBeLessThan(80);
  await canary(1);
  expect(await greetings(20)).toBe(20);
  await canary(0);
  expect(await greetings(20)).toBe(0);
  await canary(0.5);
  // An update ends it.
  const updated = lattice.nextEvent('component_scaled', { component_id: 'web', image_ref: second });
  await lattice.succeed(`component.update.${host.id}`, { component_id: 'web', new_component_ref: second });
  await updated;
  await expect.poll(() => greetings(10)).toBe(10);
  expect(await inventory()).toMatchObject([{ image_ref: second, annotations: {} }]);
  await load.answers(20);
  expect((await load.end()).statuses).toEqual(new Set([200]));
});

const scaled = (instances: number): object => ({ type: 'spreadscaler', properties: { instances } });

function manifest(version: string, image: string, address: string): object {
  return {
    apiVersion: 'core.oam.dev/v1beta1',
    kind: 'Application',
    metadata: { name: 'shop', annotations: { version } },
    spec: {
      components: [
        { name: 'web', type: 'component', properties: { image }, traits: [scaled(20)] },
        {
          name: 'http',
          type: 'capability',
          properties: { image: 'wasmcloud+builtin://http-server' },
          traits: [
            {
              type: 'link',
              properties: {
                target: { name: 'web' },
                namespace: 'wasi',
                package: 'http',
                interfaces: ['incoming-handler'],
                source: { config: [{ name: 'address', properties: { address } }] },
              },
            },
          ],
        },
      ],
    },
  };
}

it('two hosts try new versions of an application on a part of the calls: one takes over, one is rolled back', async () => {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(await createTempDir());
  const second = `file://${await writeSecondHello(folder.path)}`;
  const nats = opened.use(await startNatsServer({ storeDir: folder.path }));
  const args = ['--reconcile', 'true', '--builtin-http-server', 'true', '--serving-threads', '1'];
  const hosts = await Promise.all([1, 2].map(() => startHost({ nats, args })));
  for (const host of hosts) opened.use(host);
  const address = `127.0.0.1:${await freePort()}`;
  const cli = async (...words: readonly string[]): Promise<string> => {
    const { code, output } = await runCli(nats, ...words);
    if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}: ${output}`);
    return output;
  };
  const deploy = async (version: string, image: string, ...options: readonly string[]): Promise<string> => {
    const file = join(folder.path, `${version}.json`);
    await writeFile(file, JSON.stringify(manifest(version, image, address)));
    return await cli('app', 'deploy', file, ...options);
  };
  const lattice = opened.use(await joinLattice(nats));
  const status = async (): Promise<string> =>
    (await lattice.connection.request('wadm.api.default.model.status.shop', '{}')).string();
  const visit = async (): Promise<string> => (await fetch(`http://${address}/`)).text();

  await deploy('v1', `file://${paths.hello}`);
  await expect.poll(() => visit().catch(() => '')).toContain('Hello');
  const load = startHttpLoad(`http://${address}/`, 4);
  expect(await deploy('v2', second, '--canary', '30%', '--for', '2s')).toContain('takes 30% of the calls');
  await expect.poll(status).toContain('took over: 0% of its');
  await expect
    .poll(async () =>
      (await Promise.all(Array.from({ length: 10 }, visit))).every((text) => text.startsWith('Ahoi!')),
    )
    .toBe(true);
  expect((await load.end()).statuses).toEqual(new Set([200]));

  // It fails each request, for want of a link.
  const rest = startHttpLoad(`http://${address}/`, 4);
  // It may be rolled back before somebody sees that it runs.
  await deploy('v3', `file://${paths.counter}`, '--canary', '30%', '--for', '1h', '--no-wait');
  await expect.poll(status).toContain('was rolled back: 100% of its');
  const statuses = new Set<number>();
  await expect
    .poll(async () => {
      statuses.clear();
      for (let count = 0; count < 20; count++) statuses.add((await fetch(`http://${address}/`)).status);
      return [...statuses];
    })
    .toEqual([200]);
  expect((await rest.end()).statuses).toEqual(new Set([200, 500]));
});
