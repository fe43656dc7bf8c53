import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, startWasmcloudHost } from '@wasmlattice/test-support';
import { paths } from '../src/paths.js';
import { eventually } from './eventually.js';
import { greeting, secondGreeting } from './guests.js';
import type { Interop } from './interop.js';
import { manifest } from './manifest.js';
import { startOurHost } from './our-host.js';
import { recordControl } from './recorder.js';
import { startWadm } from './wadm.js';
import { createWash, washSucceeds } from './wash.js';

const area = 'wadm';

interface Inventory {
  readonly host_id: string;
  readonly components: readonly {
    readonly id: string;
    readonly max_instances: number;
    readonly image_ref: string;
  }[];
  readonly providers: readonly { readonly id: string }[];
}

/** Has `wadm` deploy, scale, update and take away an application, on two hosts of theirs and on two of ours, by `wash app`. */
export async function deployByWadm(interop: Interop): Promise<void> {
  const { nats, tools, home, report } = interop;
  await using _wadm = await startWadm({ tools, nats, home });
  const theirs = await runSteps(interop, await startTheirs(interop));
  const ours = await runSteps(interop, await startOurs(interop));
  for (const [name, failure] of ours) {
    const same = theirs.get(name);
    if (failure === undefined) report.add({ area, name, outcome: 'ok' });
    else if (same === undefined) report.add({ area, name, outcome: 'failed', reason: failure });
    else {
      report.add({
        area,
        name,
        outcome: 'differs',
        reason: `fails on theirs, too: ${same}\non ours: ${failure}`,
      });
    }
  }
}

/** Two hosts of one kind in zones `a` and `b`, and what their providers are made of. */
interface Zones extends AsyncDisposable {
  readonly lattice: string;
  readonly ids: { readonly a: string; readonly b: string };
  readonly images: { readonly http: string; readonly keyvalue: string };
  readonly isRecorded: boolean;
}

async function startTheirs({ nats, tools, files }: Interop): Promise<Zones> {
  const lattice = 'lattice-wadm-theirs';
  await using started = new AsyncDisposableStack();
  const start = async (zone: string): Promise<string> => {
    const options = { program: tools.wasmcloud, nats, lattice, args: ['--label', `zone=${zone}`] };
    return started.use(await startWasmcloudHost(options)).id;
  };
  const ids = { a: await start('a'), b: await start('b') };
  const all = started.move();
  return {
    lattice,
    ids,
    images: { http: `file://${files.httpServer}`, keyvalue: `file://${files.keyvalueNats}` },
    isRecorded: false,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function startOurs({ nats }: Interop): Promise<Zones> {
  const lattice = 'lattice-wadm-ours';
  await using started = new AsyncDisposableStack();
  const start = async (zone: string): Promise<string> => {
    const args = ['--lattice', lattice, '--heartbeat-interval-seconds', '5', '--label', `zone=${zone}`];
    return started.use(await startOurHost({ nats, args })).id;
  };
  const ids = { a: await start('a'), b: await start('b') };
  const all = started.move();
  return {
    lattice,
    ids,
    images: { http: 'wasmcloud+builtin://http-server', keyvalue: `file://${paths.keyvalueProvider}` },
    isRecorded: true,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** Does all steps, and resolves with why each failed, `undefined` where it did not. */
async function runSteps(interop: Interop, zones: Zones): Promise<ReadonlyMap<string, string | undefined>> {
  const { nats, tools, home, files, recordTo } = interop;
  await using hosts = zones;
  const { lattice, ids, images, isRecorded } = hosts;
  const wash = createWash({ program: tools.wash, nats, lattice, home });
  const ports = { hello: await freePort(), counter: await freePort() };
  const names = (): ReadonlyMap<string, string> =>
    new Map([
      [ids.a, '{hostA}'],
      [ids.b, '{hostB}'],
      [files.hello, '{hello}'],
      [files.helloAgain, '{helloAgain}'],
      [files.counter, '{counter}'],
      [paths.keyvalueProvider, '{keyvalue}'],
      [nats.url, '{nats}'],
      [`127.0.0.1:${ports.hello}`, '127.0.0.1:{helloPort}'],
      [`127.0.0.1:${ports.counter}`, '127.0.0.1:{counterPort}'],
    ]);
  await using recorder = await recordControl(nats, lattice, names);
  const folder = join(home, 'manifests');
  await mkdir(folder, { recursive: true });

  const writeManifest = async (
    version: string,
    hello: { readonly image: string; readonly instances: number },
  ): Promise<string> => {
    const file = join(folder, `${version}.yaml`);
    await writeFile(file, manifest({ version, hello, files, images, natsUrl: nats.url, ports }));
    return file;
  };
  const app = (...args: readonly string[]): Promise<string> => washSucceeds(wash, 'app', ...args);
  const deployed = async (): Promise<void> => {
    await eventually(async () => {
      const { status } = JSON.parse(await app('status', 'interop', '-o', 'json')) as {
        status: { status: { type: string } };
      };
      if (status.status.type !== 'deployed') throw new Error(JSON.stringify(status));
    });
  };
  const inventories = async (): Promise<readonly Inventory[]> => {
    const { inventories } = JSON.parse(await washSucceeds(wash, 'get', 'inventory', '-o', 'json')) as {
      inventories: Inventory[];
    };
    return inventories;
  };
  const runs = async (host: string, id: string, instances: number): Promise<void> => {
    const found = (await inventories())
      .find(({ host_id }) => host_id === host)
      ?.components.find((component) => component.id === id);
    if (found?.max_instances !== instances) {
      throw new Error(`${id} has ${found?.max_instances ?? 'no'} instances on ${host}, not ${instances}`);
    }
  };
  const answers = async (port: number, expected: string | RegExp): Promise<void> => {
    await eventually(async () => {
      const text = await (await fetch(`http://127.0.0.1:${port}/`)).text();
      if (typeof expected === 'string' ? text !== expected : !expected.test(text)) {
        throw new Error(`port ${port} answered ${text}, not ${expected}`);
      }
    });
  };
  const nothingRuns = async (): Promise<void> => {
    await eventually(async () => {
      const all = await inventories();
      const left = all.flatMap(({ components, providers }) => [...components, ...providers]);
      if (all.length !== 2 || left.length > 0) throw new Error(`still there: ${JSON.stringify(all)}`);
      const { links } = JSON.parse(await washSucceeds(wash, 'get', 'links', '-o', 'json')) as {
        links: unknown[];
      };
      if (links.length > 0) throw new Error(`links are left: ${JSON.stringify(links)}`);
    });
  };
  const outcomes = new Map<string, string | undefined>();
  const attempt = async (name: string, action: () => Promise<void>): Promise<void> => {
    recorder.step(name);
    outcomes.set(
      name,
      await action().then(
        () => undefined,
        (error: unknown) => String(error),
      ),
    );
  };

  await attempt('deploy', async () => {
    const file = await writeManifest('v1', { image: files.hello, instances: 4 });
    await app('validate', file);
    await app('put', file);
    await app('deploy', 'interop', 'v1');
    await deployed();
    await answers(ports.hello, greeting);
    await answers(ports.counter, /^\d$/);
    for (const host of [ids.a, ids.b]) {
      await runs(host, 'interop-hello', 2);
      await runs(host, 'interop-counter', 2);
    }
  });
  await attempt('scale', async () => {
    await app('deploy', await writeManifest('v2', { image: files.hello, instances: 6 }));
    await deployed();
    await eventually(async () => {
      for (const host of [ids.a, ids.b]) await runs(host, 'interop-hello', 3);
    });
  });
  await attempt('update', async () => {
    await app('deploy', await writeManifest('v3', { image: files.helloAgain, instances: 6 }));
    await deployed();
    await answers(ports.hello, secondGreeting);
  });
  await attempt('list, get, history and status', async () => {
    for (const args of [['list'], ['get', 'interop'], ['history', 'interop'], ['status', 'interop']]) {
      await app(...args);
    }
  });
  await attempt('undeploy', async () => {
    await app('undeploy', 'interop');
    await nothingRuns();
  });
  await attempt('deploy again', async () => {
    await app('deploy', 'interop', 'v1');
    await deployed();
    await answers(ports.hello, greeting);
  });
  await attempt('delete', async () => {
    await app('delete', 'interop');
    await nothingRuns();
  });
  if (isRecorded && recordTo !== undefined) await recorder.write(join(recordTo, 'wadm-0.21.1.jsonl'));
  return outcomes;
}
