import { freePort } from '@wasmlattice/test-support';
import { expect, it } from 'vitest';
import { putLink, serveHttp, startComponent } from '../src/deploy.js';
import { type HostProcess, startHost } from '../src/host-process.js';
import { startHttpLoad } from '../src/http-load.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

const args = ['--serving-threads', '1'];
const links = 40;

async function startWorker({ nats, lattice }: Scenario): Promise<HostProcess> {
  const host = await startHost({ nats, args });
  await startComponent(lattice, host, { id: 'echo', wasm: paths.echo, maxInstances: 16 });
  return host;
}

/** Names of the links that a host knows; all hosts are asked in turn. */
async function linksOfAnyHost({ lattice }: Scenario): Promise<string[]> {
  const { response } = await lattice.succeed('link.get');
  return (response as { name: string }[]).map(({ name }) => name).sort();
}

it('two of three hosts serve on when the third is killed, and lose no record', async () => {
  await using scenario = await startScenario({ args });
  const { host: front, lattice, nats } = scenario;
  await using staying = await startWorker(scenario);
  await using dying = await startWorker(scenario);
  const url = await serveHttp(lattice, front, 'echo', await freePort());
  for (let number = 0; number < links; number++) {
    await putLink(lattice, {
      source: 'echo',
      target: `target-${number}`,
      name: `link-${number}`,
      interface: 'test:demo/run',
    });
  }
  // One may have taken a link that another has yet to see; all that are asked in turn come to the same.
  const before = [...Array.from({ length: links }, (_, number) => `link-${number}`), 'default'].sort();
  const knowAll = async (): Promise<void> => {
    for (let times = 0; times < 6; times++) {
      await expect.poll(() => linksOfAnyHost(scenario)).toEqual(before);
    }
  };
  await knowAll();
  const load = startHttpLoad(url, 8);
  await load.answers(100);

  dying.child.signal('SIGKILL');
  expect(await dying.child.exited).toBe('SIGKILL');
  await lattice.gone(dying);
  // What comes now goes to the one that is left.
  const after = startHttpLoad(url, 8);
  await after.answers(200);
  expect(await after.end()).toEqual({ statuses: new Set([200]), connections: 8 });
  // What the dead one had taken is answered with a failure, in its time.
  await load.answers(100);
  expect((await load.end()).statuses).toContain(200);

  await using next = await startHost({ nats, args });
  await knowAll();
  const ids = [front, staying, next].map(({ id }) => id).sort();
  const found = [];
  for (const id of ids) {
    const { response } = await lattice.succeed(`host.get.${id}`);
    found.push((response as { host_id: string }).host_id);
  }
  expect(found).toEqual(ids);
});

it('hosts are replaced one after the other under load, without a lost request', async () => {
  await using scenario = await startScenario({ args });
  const { host: front, lattice } = scenario;
  await using all = new AsyncDisposableStack();
  const workers = [all.use(await startWorker(scenario)), all.use(await startWorker(scenario))];
  const load = startHttpLoad(await serveHttp(lattice, front, 'echo', await freePort()), 8);
  await load.answers(100);
  for (const old of workers) {
    all.use(await startWorker(scenario));
    await load.answers(50);
    expect(await old.stop()).toBe(0);
    await load.answers(100);
  }
  expect(await load.end()).toEqual({ statuses: new Set([200]), connections: 8 });
});
