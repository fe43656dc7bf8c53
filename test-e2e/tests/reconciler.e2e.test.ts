import { createTempDir, freePort, startNatsServer } from '@wasmlattice/test-support';
import { expect, it } from 'vitest';
import { clockOffBy } from '../src/clock.js';
import { type HostProcess, startHost } from '../src/host-process.js';
import { joinLattice, type Lattice } from '../src/lattice.js';
import { paths } from '../src/paths.js';

const args = ['--reconcile', 'true', '--builtin-http-server', 'true', '--serving-threads', '1'];

function manifest(address: string): object {
  return {
    apiVersion: 'core.oam.dev/v1beta1',
    kind: 'Application',
    metadata: { name: 'shop', annotations: { version: 'v1' } },
    spec: {
      components: [
        {
          name: 'web',
          type: 'component',
          properties: { image: `file://${paths.hello}` },
          traits: [{ type: 'spreadscaler', properties: { instances: 6 } }],
        },
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

/** Asks wadm's API, which somebody serves soon. */
async function ask(
  lattice: Lattice,
  operation: string,
  body: unknown = {},
): Promise<Record<string, unknown>> {
  const subject = `wadm.api.default.model.${operation}`;
  const answer: { body?: Record<string, unknown> } = {};
  await expect
    .poll(async () => {
      // Asked again only where nobody serves it yet: what was put once is there.
      const request = lattice.connection.request(subject, JSON.stringify(body), { timeout: 20_000 });
      answer.body = (await request).json();
      return answer.body;
    })
    .toBeDefined();
  return answer.body ?? {};
}

interface Inventory {
  readonly components: readonly { readonly max_instances: number }[];
  readonly providers: readonly unknown[];
}

/** How many instances and providers run on each host. */
async function running(
  lattice: Lattice,
  hosts: readonly HostProcess[],
): Promise<(readonly [number, number])[]> {
  const all = hosts.map(async ({ id }) => {
    const { components, providers } = (await lattice.succeed(`host.get.${id}`)).response as Inventory;
    return [components.reduce((sum, each) => sum + each.max_instances, 0), providers.length] as const;
  });
  return await Promise.all(all);
}

/** Sums of {@link running}. */
async function sums(lattice: Lattice, hosts: readonly HostProcess[]): Promise<readonly [number, number]> {
  const all = await running(lattice, hosts);
  return [all.reduce((sum, [each]) => sum + each, 0), all.reduce((sum, [, each]) => sum + each, 0)];
}

async function holder(lattice: Lattice): Promise<string | undefined> {
  const bucket = await lattice.connection.jetstream().views.kv('RECONCILER_default', { bindOnly: true });
  return (await bucket.get('lease'))?.json<{ holder?: string }>().holder;
}

it('three hosts whose clocks are minutes apart keep an application: two die or leave, all start anew, and nothing is left of it in the end', async () => {
  await using opened = new AsyncDisposableStack();
  const store = opened.use(await createTempDir());
  const nats = await startNatsServer({ storeDir: store.path });
  opened.use(nats);
  const lattice = opened.use(await joinLattice(nats));
  const hosts = await Promise.all(
    [-60, 0, 60].map((seconds) => startHost({ nats, args, env: clockOffBy(seconds) })),
  );
  for (const host of hosts) opened.use(host);
  const offsets = (): readonly number[] =>
    lattice.events
      .filter(({ type }) => type === 'com.wasmcloud.lattice.host_started')
      .map(({ time }) => Math.round((Date.parse(time) - Date.now()) / 60_000) + 0)
      .sort((a, b) => a - b);
  await expect.poll(offsets).toEqual([-1, 0, 1]);
  const address = `127.0.0.1:${await freePort()}`;
  const visit = async (): Promise<number> => (await fetch(`http://${address}/`)).status;

  expect(await ask(lattice, 'put', manifest(address))).toMatchObject({ result: 'created' });
  expect(await ask(lattice, 'deploy.shop')).toMatchObject({ result: 'acknowledged' });
  await expect.poll(async () => (await running(lattice, hosts)).map(([each]) => each)).toEqual([2, 2, 2]);
  await expect.poll(visit).toBe(200);

  const acting = await holder(lattice);
  const dying = hosts.find(({ id }) => id === acting);
  if (dying === undefined) throw new Error('one of the hosts acts');
  dying.child.signal('SIGKILL');
  await dying.child.exited;
  const [next, last] = hosts.filter((host) => host !== dying) as [HostProcess, HostProcess];
  await expect.poll(() => sums(lattice, [next, last])).toEqual([6, 1]);
  await expect.poll(visit).toBe(200);

  expect(await next.stop()).toBe(0);
  await expect.poll(() => sums(lattice, [last])).toEqual([6, 1]);
  await expect.poll(visit).toBe(200);

  // A cold start: all that is left is what the NATS server has stored.
  last.child.signal('SIGKILL');
  await last.child.exited;
  await nats[Symbol.asyncDispose]();
  const again = await startNatsServer({ storeDir: store.path });
  opened.use(again);
  const fresh = [opened.use(await startHost({ nats: again, args }))];
  const anew = opened.use(await joinLattice(again));
  await expect.poll(() => sums(anew, fresh)).toEqual([6, 1]);
  await expect.poll(visit).toBe(200);

  expect(await ask(anew, 'undeploy.shop')).toMatchObject({ result: 'acknowledged' });
  await expect.poll(() => sums(anew, fresh)).toEqual([0, 0]);
  await expect.poll(async () => (await anew.succeed('link.get')).response).toEqual([]);
  await expect.poll(async () => (await anew.ask('config.get.shop-address')).response).toBeUndefined();
});
