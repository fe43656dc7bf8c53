import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { freePort, startWasmcloudHost } from '@wasmlattice/test-support';
import { callByHand } from '../src/foreign-caller.js';
import { joinLattice } from '../src/lattice.js';
import { paths } from '../src/paths.js';
import { eventually } from './eventually.js';
import { greeting } from './guests.js';
import type { Interop } from './interop.js';
import { startOurHost } from './our-host.js';
import { createWash, washSucceeds } from './wash.js';

const area = 'mixed lattice';
const lattice = 'lattice-mixed';

/** One lattice of a host of theirs and one of ours: calls, HTTP and providers across, in both directions. */
export async function mixHosts({ nats, tools, home, files, report }: Interop): Promise<void> {
  const wash = createWash({ program: tools.wash, nats, lattice, home });
  await using theirs = await startWasmcloudHost({ program: tools.wasmcloud, nats, lattice });
  await using ours = await startOurHost({ nats, args: ['--lattice', lattice] });
  await using resources = new AsyncDisposableStack();
  const joined = resources.use(await joinLattice(nats, lattice));
  const { connection } = joined;
  const hosts = { theirs, ours };
  const sides = ['theirs', 'ours'] as const;
  type Side = (typeof sides)[number];
  const other = (side: Side): Side => (side === 'ours' ? 'theirs' : 'ours');

  /** A failure tells what both hosts warned of meanwhile. */
  const attempt = async (name: string, action: () => Promise<void>): Promise<void> => {
    const from = sides.map((side) => hosts[side].child.output().length);
    await report.try(area, name, () =>
      action().catch((error: unknown) => {
        const warnings = sides.flatMap((side, index) => {
          const lines = hosts[side].child.output().slice(from[index]).split('\n');
          const told = lines.filter((line) => /\b(WARN|ERROR)\b/.test(line)).slice(0, 6);
          return told.map((line) => `${side}: ${line}`);
        });
        throw new Error([String(error), ...warnings].join('\n'), { cause: error });
      }),
    );
  };

  const run = (...args: readonly string[]): Promise<string> => washSucceeds(wash, ...args);
  const component = (side: Side, file: string, id: string): Promise<string> =>
    run('start', 'component', `file://${file}`, id, '--host-id', hosts[side].id, '--max-instances', '8');
  /**
   * Started, and listening: a host of theirs tells a provider of a link once, and one on Node.js takes longer to come up than `wash`
   * to put the link.
   */
  const provider = async (side: Side, reference: string, id: string): Promise<void> => {
    await run('start', 'provider', reference, id, '--host-id', hosts[side].id);
    await eventually(() => connection.request(`wasmbus.rpc.${lattice}.${id}.health`, '', { timeout: 2_000 }));
  };
  /** `wash` waits for an event that no host of either kind sends for a builtin. */
  const builtin = async (side: Side, name: string, id: string): Promise<void> => {
    const started = joined.nextEvent('provider_started', { provider_id: id });
    await joined.succeed(`provider.start.${hosts[side].id}`, {
      provider_id: id,
      provider_ref: `wasmcloud+builtin://${name}`,
      host_id: hosts[side].id,
    });
    await started;
  };
  const link = async (
    ends: readonly [source: string, target: string],
    wit: readonly [namespace: string, pkg: string, ...interfaces: string[]],
    config?: { readonly side: 'source' | 'target'; readonly values: Readonly<Record<string, string>> },
    linkName = 'default',
  ): Promise<void> => {
    const [namespace, pkg, ...interfaces] = wit;
    const flags = ['--link-name', linkName, ...interfaces.flatMap((name) => ['--interface', name])];
    if (config !== undefined) {
      const name = `${ends.join('-')}-${config.side}`;
      const values = Object.entries(config.values).map(([key, value]) => `${key}=${value}`);
      await run('config', 'put', name, ...values);
      flags.push(`--${config.side}-config`, name);
    }
    await run('link', 'put', ...ends, namespace, pkg, ...flags);
  };
  const body = async (id: string): Promise<string> => {
    const text = await run('call', id, 'wasi:http/incoming-handler.handle');
    const answer = JSON.parse(text.slice(text.indexOf('{'))) as { status: number; body: string };
    if (answer.status !== 200) throw new Error(`${id} answered ${text}`);
    return answer.body;
  };
  const expectBody = async (url: string, expected: string): Promise<void> => {
    await eventually(async () => {
      const text = await (await fetch(url)).text();
      if (text !== expected) throw new Error(`${url} answered ${text}`);
    });
  };

  for (const side of sides) await component(side, files.chain, `chain-${side}`);
  for (const side of sides) {
    await link([`chain-${side}`, `chain-${other(side)}`], ['test', 'chain', 'links']);
  }
  for (const side of sides) {
    await attempt(`a component of ${side} calls ${other(side)}, and so on, six times`, async () => {
      await eventually(async () => {
        const subject = `${lattice}.chain-${side}.wrpc.0.0.1.test:chain/links@1.0.0.count`;
        const call = await callByHand(connection, subject, '06');
        const { hex } = await call.results('');
        if (hex !== '06') throw new Error(`the call returned ${hex}`);
      });
    });
  }

  const theirServer = `file://${files.httpServer}`;
  for (const side of sides) await component(side, files.hello, `hello-${side}`);
  for (const [name, providerSide, reference] of [
    ['their HTTP server on their host', 'theirs', theirServer],
    ['their HTTP server on our host', 'ours', theirServer],
    ['our HTTP server on our host', 'ours', undefined],
  ] as const) {
    await attempt(`${name} serves components of both`, async () => {
      const id = name.replaceAll(' ', '-');
      if (reference === undefined) await builtin(providerSide, 'http-server', id);
      else await provider(providerSide, reference, id);
      for (const side of sides) {
        const address = `127.0.0.1:${await freePort()}`;
        const config = { side: 'source', values: { address } } as const;
        await link([id, `hello-${side}`], ['wasi', 'http', 'incoming-handler'], config, side);
        await expectBody(`http://${address}/`, greeting);
      }
    });
  }

  const keyvalue = { theirs: files.keyvalueNats, ours: files.ourKeyvalueNats };
  for (const side of sides) {
    const owner = side === 'ours' ? 'theirs' : 'ours';
    await attempt(
      `a key-value provider of ${owner} on a host of ${side} serves components of both`,
      async () => {
        const id = `keyvalue-on-${side}`;
        await provider(side, `file://${keyvalue[owner]}`, id);
        for (const componentSide of sides) {
          const counter = `counter-of-${componentSide}-by-${side}`;
          await component(componentSide, files.counter, counter);
          await link([counter, id], ['wasi', 'keyvalue', 'store', 'atomics'], {
            side: 'target',
            values: { cluster_uri: nats.url, bucket: `bucket-${counter}`, enable_bucket_auto_create: 'true' },
          });
          await eventually(() => body(counter));
          const [first, second] = [Number(await body(counter)), Number(await body(counter))];
          if (second !== (first + 1) % 10) throw new Error(`it counted ${first}, then ${second}`);
        }
      },
    );
  }

  const messaging = { theirs: files.messagingNats, ours: files.ourMessagingNats };
  for (const side of sides) {
    const owner = side === 'ours' ? 'theirs' : 'ours';
    await attempt(
      `a messaging provider of ${owner} on a host of ${side} serves components of both`,
      async () => {
        const id = `messaging-on-${side}`;
        await provider(side, `file://${messaging[owner]}`, id);
        for (const componentSide of sides) {
          const repeater = `repeater-of-${componentSide}-by-${side}`;
          await component(componentSide, files.repeater, repeater);
          await link([repeater, id], ['wasmcloud', 'messaging', 'consumer'], {
            side: 'target',
            values: { cluster_uris: nats.url },
          });
          const subscribed = { cluster_uris: nats.url, subscriptions: repeater };
          const config = { side: 'source', values: subscribed } as const;
          await link([id, repeater], ['wasmcloud', 'messaging', 'handler'], config, repeater);
          await eventually(async () => {
            const answer = await connection.request(repeater, 'say it again', { timeout: 5_000 });
            if (answer.string() !== 'say it again') throw new Error(`the answer was ${answer.string()}`);
          });
        }
      },
    );
  }

  /** Links a component to an HTTP server of ours, and resolves with its URL. */
  const served = async (id: string): Promise<string> => {
    await builtin('ours', 'http-server', `${id}-server`);
    const address = `127.0.0.1:${await freePort()}`;
    const config = { side: 'source', values: { address } } as const;
    await link([`${id}-server`, id], ['wasi', 'http', 'incoming-handler'], config);
    return `http://${address}`;
  };

  await attempt('a blobstore provider of ours on their host serves a component of ours', async () => {
    await provider('theirs', `file://${files.ourBlobstoreFs}`, 'blobstore');
    await component('ours', paths.storage, 'storage');
    const values = { ROOT: join(home, 'blobs') };
    const config = { side: 'target', values } as const;
    await link(['storage', 'blobstore'], ['wasi', 'blobstore', 'blobstore'], config);
    const url = await served('storage');
    await expectBody(`${url}/create?c=box`, '{"ok":"box"}');
    await expectBody(`${url}/exists?c=box`, '{"ok":true}');
  });

  await attempt('their HTTP client on our host fetches for a component of ours', async () => {
    const server = createServer((_, response) => response.end('from outside'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    resources.defer(() => {
      server.close();
      server.closeAllConnections();
    });
    const { port } = server.address() as AddressInfo;
    await provider('ours', `file://${files.httpClient}`, 'http-client');
    await component('ours', paths.fetcher, 'fetcher');
    await link(['fetcher', 'http-client'], ['wasi', 'http', 'outgoing-handler']);
    const url = await served('fetcher');
    await expectBody(`${url}/?to=127.0.0.1:${port}/`, 'from outside');
  });
}
