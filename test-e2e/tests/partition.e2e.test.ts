import { createTempDir, freePort, startNatsServer } from '@wasmlattice/test-support';
import { expect, it } from 'vitest';
import { startRelay } from '../src/cuttable-relay.js';
import { serveHttp, startComponent } from '../src/deploy.js';
import { type HostProcess, startHost } from '../src/host-process.js';
import { startHttpLoad } from '../src/http-load.js';
import { joinLattice, type Lattice } from '../src/lattice.js';
import { paths } from '../src/paths.js';

const args = ['--serving-threads', '1'];
const served = { statuses: new Set([200]), connections: 8 };

function link(number: number, target = `target-${number}`): object {
  return {
    source_id: `source-${number % 7}`,
    target,
    name: `link-${number}`,
    wit_namespace: 'test',
    wit_package: 'demo',
    interfaces: ['run'],
    source_config: [],
    target_config: [],
  };
}

async function putLinks(lattice: Lattice, from: number, to: number): Promise<void> {
  for (let number = from; number < to; number++) await lattice.succeed('link.put', link(number));
}

interface LinkRecord {
  readonly source_id: string;
  readonly name: string;
  readonly target: string;
}

/** The names of `test:demo` links that a host knows, asked as often as it takes until they are these. */
async function expectLinks(lattice: Lattice, numbers: readonly number[]): Promise<void> {
  const wanted = numbers.map((number) => `link-${number}`).sort();
  await expect
    .poll(async () => {
      const { response } = await lattice.succeed('link.get');
      return (response as LinkRecord[])
        .filter(({ name }) => name.startsWith('link-'))
        .map(({ name }) => name)
        .sort();
    })
    .toEqual(wanted);
}

async function isBack({ child }: HostProcess, position: number): Promise<void> {
  const back = (text: string): boolean => (text.match(/NATS connection is back/g) ?? []).length >= 2;
  await child.waitForOutput(back, position);
}

it('hosts whose NATS server stops and starts serve HTTP meanwhile, and know all that was put before and after', async () => {
  await using store = await createTempDir();
  await using first = new AsyncDisposableStack();
  const nats = first.use(await startNatsServer({ storeDir: store.path }));
  await using lattice = await joinLattice(nats);
  await using hosts = new AsyncDisposableStack();
  const started: HostProcess[] = [];
  for (let count = 0; count < 3; count++) started.push(hosts.use(await startHost({ nats, args })));
  const loads = [];
  for (const [index, host] of started.entries()) {
    const id = `echo-${index}`;
    await startComponent(lattice, host, { id, wasm: paths.echo, maxInstances: 8 });
    loads.push(startHttpLoad(await serveHttp(lattice, host, id, await freePort()), 8));
  }
  await putLinks(lattice, 0, 50);
  await Promise.all(loads.map((load) => load.answers(100)));
  const positions = started.map(({ child }) => child.output().length);

  await first.disposeAsync();
  await Promise.all(started.map(({ child }) => child.waitForLine(/NATS connection lost/)));
  await Promise.all(loads.map((load) => load.answers(500)));

  await using second = await startNatsServer({ storeDir: store.path, port: nats.port });
  await Promise.all(started.map((host, index) => isBack(host, positions[index] ?? 0)));
  await Promise.all(loads.map((load) => load.answers(100)));
  await using after = await joinLattice(second);
  await putLinks(after, 50, 60);
  await after.succeed('link.del', {
    source_id: 'source-3',
    wit_namespace: 'test',
    wit_package: 'demo',
    name: 'link-3',
  });
  const left = Array.from({ length: 60 }, (_, number) => number).filter((number) => number !== 3);
  // Each host answers for the lattice in turn.
  for (let times = 0; times < 6; times++) await expectLinks(after, left);
  for (const host of started) {
    const { response } = await after.succeed(`host.get.${host.id}`);
    expect((response as { components: unknown[] }).components).toHaveLength(1);
  }
  for (const load of loads) expect(await load.end()).toEqual(served);
});

it('a host behind a leaf node that is cut serves HTTP meanwhile, and has what others put once it is mended', async () => {
  const domain = [...args, '--js-domain', 'hub'];
  const leafPort = await freePort();
  await using hub = await startNatsServer({
    config: `jetstream { domain: hub }\n leafnodes { host: 127.0.0.1, port: ${leafPort} }`,
  });
  await using relay = await startRelay(leafPort);
  await using leaf = await startNatsServer({
    hasJetStream: false,
    config: `leafnodes { reconnect: 1, remotes: [{ url: "nats://127.0.0.1:${relay.port}" }] }`,
  });
  await using lattice = await joinLattice(hub);
  await using beyond = await joinLattice(leaf);
  // JetStream is the hub's.
  await expect.poll(() => beyond.connection.request('$JS.hub.API.INFO').catch(() => undefined)).toBeDefined();
  await using near = await startHost({ nats: hub, args: domain });
  await using far = await startHost({ nats: leaf, args: domain });
  // The hub learns later than the leaf node what the host listens to.
  await expect.poll(() => lattice.ask(`host.get.${far.id}`).catch(() => undefined)).toBeDefined();
  await startComponent(lattice, far, { id: 'echo', wasm: paths.echo, maxInstances: 8 });
  const load = startHttpLoad(await serveHttp(lattice, far, 'echo', await freePort()), 8);
  await putLinks(lattice, 0, 20);
  await load.answers(100);

  relay.cut();
  await putLinks(lattice, 20, 60);
  for (const number of [4, 5]) {
    const { source_id, name, wit_namespace, wit_package } = link(number) as Record<string, string>;
    await lattice.succeed('link.del', { source_id, name, wit_namespace, wit_package });
  }
  await load.answers(2_000);
  relay.mend();

  const left = Array.from({ length: 60 }, (_, number) => number).filter((number) => ![4, 5].includes(number));
  await near.stop();
  // From now on only the host behind the leaf node answers.
  await expectLinks(lattice, left);
  expect(await load.end()).toEqual(served);
});
