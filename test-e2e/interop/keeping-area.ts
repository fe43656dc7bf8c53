import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Child,
  freePort,
  startNatsServer,
  startWasmcloudHost,
  type WasmcloudHost,
} from '@wasmlattice/test-support';
import { runCli } from '../src/cli-process.js';
import type { HostProcess } from '../src/host-process.js';
import { eventually } from './eventually.js';
import { greeting, secondGreeting } from './guests.js';
import type { Interop } from './interop.js';
import { shopManifest } from './keeping-manifest.js';
import { startOurHost } from './our-host.js';
import { startWadm } from './wadm.js';
import { createWash, washSucceeds } from './wash.js';

const area = 'keeping';
const lattice = 'default';

interface Inventory {
  readonly host_id: string;
  readonly components: readonly {
    readonly id: string;
    readonly max_instances: number;
    readonly image_ref: string;
  }[];
  readonly providers: readonly { readonly id: string }[];
}

/**
 * Hosts of ours keep an application on a lattice that has hosts of theirs: these get their part, leave in order and die. Then a wadm comes, takes over what ours
 * kept, and goes; ours goes on with what wadm has changed.
 */
export async function keepApplications({ tools, home, files, report }: Interop): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const nats = opened.use(await startNatsServer());
  const wash = createWash({ program: tools.wash, nats, lattice, home });
  const startTheirs = async (zone: string): Promise<WasmcloudHost> =>
    opened.use(
      await startWasmcloudHost({
        program: tools.wasmcloud,
        nats,
        lattice,
        args: ['--label', `zone=${zone}`],
      }),
    );
  const startOurs = async (zone: string): Promise<HostProcess> =>
    opened.use(await startOurHost({ nats, args: ['--reconcile', 'true', '--label', `zone=${zone}`] }));
  const theirs = { dying: await startTheirs('rust'), leaving: await startTheirs('rust') };
  const ours = { first: await startOurs('node'), second: await startOurs('node') };
  const port = await freePort();
  const folder = join(home, 'keeping');
  await mkdir(folder, { recursive: true });
  const write = async (version: string, hello: string, instances = 8): Promise<string> => {
    const file = join(folder, `${version}.yaml`);
    const image = `file://${hello}`;
    await writeFile(file, shopManifest({ version, image, instances, port, files, natsUrl: nats.url }));
    return file;
  };

  const app = (...args: readonly string[]): Promise<string> => washSucceeds(wash, 'app', ...args);
  const hasStatus = async (wanted: string): Promise<void> => {
    await eventually(async () => {
      const { status } = JSON.parse(await app('status', 'shop', '-o', 'json')) as {
        status: { status: { type: string } };
      };
      if (status.status.type !== wanted) throw new Error(JSON.stringify(status));
    });
  };
  const inventories = async (): Promise<readonly Inventory[]> =>
    (JSON.parse(await washSucceeds(wash, 'get', 'inventory', '-o', 'json')) as { inventories: Inventory[] })
      .inventories;
  /** How many instances of the component each host has, by its id. */
  const hello = async (): Promise<ReadonlyMap<string, number>> =>
    new Map(
      (await inventories()).map(({ host_id: id, components }) => [
        id,
        components
          .filter((each) => each.id === 'shop-hello')
          .reduce((sum, each) => sum + each.max_instances, 0),
      ]),
    );
  const divided = async (wanted: Readonly<Record<string, number>>): Promise<void> => {
    await eventually(async () => {
      const found = await hello();
      for (const [id, count] of Object.entries(wanted)) {
        if (found.get(id) !== count)
          throw new Error(`${id} has ${found.get(id)} of ${JSON.stringify([...found])}`);
      }
    });
  };
  const answers = async (path: string, expected: string | RegExp): Promise<void> => {
    await eventually(async () => {
      const text = await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
      if (!(typeof expected === 'string' ? text === expected : expected.test(text))) {
        throw new Error(`${path} answered ${text}`);
      }
    });
  };
  /** Says in which time something comes about. With `theirTrap`, a failure that says this is a difference: theirs is known for it. */
  const timed = async (name: string, action: () => Promise<void>, theirTrap?: string): Promise<void> => {
    const from = performance.now();
    const seconds = (): string => ((performance.now() - from) / 1_000).toFixed(1);
    try {
      await action();
      report.add({ area, name: `${name}: ${seconds()} s`, outcome: 'ok' });
    } catch (error) {
      const reason = String(error);
      const isTrap = theirTrap !== undefined && reason.includes(theirTrap);
      report.add({ area, name, outcome: isTrap ? 'differs' : 'failed', reason });
    }
  };
  const total = async (wanted: number, hosts: readonly { readonly id: string }[]): Promise<void> => {
    await eventually(async () => {
      const found = await hello();
      const sum = hosts.reduce((all, { id }) => all + (found.get(id) ?? 0), 0);
      if (sum !== wanted) throw new Error(`${sum} instances, not ${wanted}: ${JSON.stringify([...found])}`);
    });
  };

  await timed('an application is spread over hosts of both kinds', async () => {
    await eventually(() => app('list'));
    await app('deploy', await write('v1', files.hello));
    await hasStatus('deployed');
    const each = [theirs.dying, theirs.leaving, ours.first, ours.second];
    await divided(Object.fromEntries(each.map(({ id }) => [id, 2])));
    await answers('/', greeting);
    await answers('/counter', /^\d$/);
  });
  await timed('what ran on a host of theirs that was killed runs elsewhere', async () => {
    theirs.dying.child.signal('SIGKILL');
    await total(8, [theirs.leaving, ours.first, ours.second]);
    await hasStatus('deployed');
  });
  await timed('what ran on a host of theirs that stopped in order runs elsewhere', async () => {
    theirs.leaving.child.signal('SIGTERM');
    await total(8, [ours.first, ours.second]);
    await hasStatus('deployed');
  });
  let newcomer: WasmcloudHost | undefined;
  await timed('a host of theirs that comes takes its part', async () => {
    newcomer = await startTheirs('rust');
    await eventually(async () => {
      const count = (await hello()).get(newcomer?.id ?? '') ?? 0;
      if (count < 2) throw new Error(`it has ${count}`);
    });
    await total(8, [newcomer, ours.first, ours.second]);
  });
  await timed('a canary on a host of theirs is refused in words', async () => {
    const { code, output } = await runCli(
      nats,
      ...['app', 'deploy', await write('v2', files.helloAgain), '--canary', '10%', '--for', '5s'],
    );
    const { output: status } = await runCli(nats, 'app', 'history', 'shop');
    const words = 'is a host of wasmCloud, which runs one version of a component';
    if (!`${output}${status}`.includes(words)) throw new Error(`code ${code}: ${output}\n${status}`);
    await divided({ [newcomer?.id ?? '']: 2 });
    await answers('/', greeting);
  });
  await timed('an update reaches all hosts', async () => {
    await app('deploy', 'shop', 'v2');
    await hasStatus('deployed');
    await answers('/', secondGreeting);
    const images = (await inventories()).flatMap(({ components }) =>
      components.filter(({ id }) => id === 'shop-hello').map(({ image_ref: image }) => image),
    );
    if (images.some((image) => image !== `file://${files.helloAgain}`)) throw new Error(images.join(' '));
  });

  const keepers = [ours.first, ours.second];
  const told = async (text: string, times: number): Promise<void> => {
    await eventually(async () => {
      const all = keepers.map(({ child }) => child.output()).join('');
      if (all.split(text).length <= times) throw new Error(`no host says ${text}`);
    });
  };
  const aside = 'this host steps aside';
  const again = 'the wadm is gone, and this host keeps the applications';
  let wadm: Child | undefined;
  await timed('a host of ours steps aside for a wadm', async () => {
    wadm = opened.use(await startWadm({ tools, nats, home }));
    await told(aside, 1);
  });
  await timed('wadm reads what ours kept, and leaves it as it is', async () => {
    const history = await app('history', 'shop');
    if (!history.includes('v2')) throw new Error(history);
    await hasStatus('deployed');
    await total(8, [...keepers, ...(newcomer === undefined ? [] : [newcomer])]);
    await answers('/', secondGreeting);
  });
  // wadm can't bring a component that runs on several hosts to another number.
  await timed(
    'wadm deploys another version',
    async () => {
      await app('deploy', await write('v3', files.helloAgain, 12));
      await hasStatus('deployed');
      await total(12, [...keepers, ...(newcomer === undefined ? [] : [newcomer])]);
    },
    'Spread requirement conflict',
  );
  await timed('a host of ours goes on when the wadm has stopped', async () => {
    wadm?.signal('SIGTERM');
    await told(again, 1);
    await hasStatus('deployed');
    await total(12, [...keepers, ...(newcomer === undefined ? [] : [newcomer])]);
    await answers('/', secondGreeting);
  });
  await timed('what wadm deployed is changed by ours', async () => {
    await app('deploy', await write('v4', files.hello, 6));
    await hasStatus('deployed');
    await total(6, [...keepers, ...(newcomer === undefined ? [] : [newcomer])]);
    await answers('/', greeting);
  });
  await timed('a host of ours goes on when the wadm was killed', async () => {
    wadm = opened.use(await startWadm({ tools, nats, home }));
    await told(aside, 2);
    wadm.signal('SIGKILL');
    await told(again, 2);
  });
  await timed('nothing is left of what both kept', async () => {
    // `wash` ends well where nobody listens yet, too.
    await eventually(() => app('list'));
    await app('undeploy', 'shop');
    await eventually(async () => {
      const left = (await inventories()).flatMap(({ components, providers }) => [
        ...components,
        ...providers,
      ]);
      if (left.length > 0) throw new Error(JSON.stringify(left));
      const links = await washSucceeds(wash, 'get', 'links', '-o', 'json');
      if ((JSON.parse(links) as { links: unknown[] }).links.length > 0) throw new Error(links);
    });
    await app('delete', 'shop');
  });
}
