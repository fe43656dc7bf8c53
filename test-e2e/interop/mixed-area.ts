import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '@wasmlattice/test-support';
import { connect } from 'nats';
import { callByHand } from '../src/foreign-caller.js';
import { startHost } from '../src/host-process.js';
import { paths } from '../src/paths.js';
import { eventually } from './eventually.js';
import { startForeignHost } from './foreign-host.js';
import { greeting } from './guests.js';
import type { Interop } from './interop.js';
import { createWash, washSucceeds } from './wash.js';

const area = 'mixed lattice';
const lattice = 'lattice-mixed';

/** One lattice of a host of theirs and one of ours: calls, HTTP and providers across, in both directions. */
export async function mixHosts({ nats, tools, home, files, report }: Interop): Promise<void> {
  const wash = createWash({ program: tools.wash, nats, lattice, home });
  await using theirs = await startForeignHost({ program: tools.wasmcloud, nats, lattice });
  await using ours = await startHost({ nats, args: ['--lattice', lattice] });
  await using resources = new AsyncDisposableStack();
  const connection = await connect({ servers: nats.url });
  resources.defer(() => connection.close());
  const hosts = { theirs, ours };
  const sides = ['theirs', 'ours'] as const;
  type Side = (typeof sides)[number];
  const other = (side: Side): Side => (side === 'ours' ? 'theirs' : 'ours');

  const run = (...args: readonly string[]): Promise<string> => washSucceeds(wash, ...args);
  const component = (side: Side, file: string, id: string): Promise<string> =>
    run('start', 'component', `file://${file}`, id, '--host-id', hosts[side].id, '--max-instances', '8');
  const provider = (side: Side, reference: string, id: string): Promise<string> =>
    run('start', 'provider', reference, id, '--host-id', hosts[side].id);
  const link = async (
    ends: readonly [source: string, target: string],
    wit: readonly [namespace: string, pkg: string, ...interfaces: string[]],
    config?: { readonly side: 'source' | 'target'; readonly values: Readonly<Record<string, string>> },
  ): Promise<void> => {
    const [namespace, pkg, ...interfaces] = wit;
    const flags = interfaces.flatMap((name) => ['--interface', name]);
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
    await report.try(area, `a component of ${side} calls ${other(side)}, and so on, six times`, async () => {
      await eventually(async () => {
        const subject = `${lattice}.chain-${side}.wrpc.0.0.1.test:chain/links@1.0.0.count`;
        const call = await callByHand(connection, subject, '06');
        const { hex } = await call.results('');
        if (hex !== '06') throw new Error(`the call returned ${hex}`);
      });
    });
  }

  const httpServers = {
    theirs: `file://${files.httpServer}`,
    ours: 'wasmcloud+builtin://http-server',
  } as const;
  for (const side of sides) await component(side, files.hello, `hello-${side}`);
  for (const [name, providerSide, reference] of [
    ['their HTTP server on their host', 'theirs', httpServers.theirs],
    ['their HTTP server on our host', 'ours', httpServers.theirs],
    ['our HTTP server on our host', 'ours', httpServers.ours],
  ] as const) {
    await report.try(area, `${name} serves components of both`, async () => {
      const id = name.replaceAll(' ', '-');
      await provider(providerSide, reference, id);
      for (const side of sides) {
        const address = `127.0.0.1:${await freePort()}`;
        const ends = [id, `hello-${side}`] as const;
        await run('config', 'put', ends.join('-'), `address=${address}`);
        const flags = [
          '--interface',
          'incoming-handler',
          '--source-config',
          ends.join('-'),
          '--link-name',
          side,
        ];
        await run('link', 'put', ...ends, 'wasi', 'http', ...flags);
        await expectBody(`http://${address}/`, greeting);
      }
    });
  }

  const keyvalue = { theirs: files.keyvalueNats, ours: files.ourKeyvalueNats };
  for (const side of sides) {
    const owner = side === 'ours' ? 'theirs' : 'ours';
    await report.try(
      area,
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
    await report.try(
      area,
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
          await link([id, repeater], ['wasmcloud', 'messaging', 'handler'], {
            side: 'source',
            values: { cluster_uris: nats.url, subscriptions: repeater },
          });
          await eventually(async () => {
            const answer = await connection.request(repeater, 'say it again', { timeout: 5_000 });
            if (answer.string() !== 'say it again') throw new Error(`the answer was ${answer.string()}`);
          });
        }
      },
    );
  }

  await report.try(area, 'their HTTP client on our host fetches for a component of ours', async () => {
    const server = createServer((_, response) => response.end('from outside'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    resources.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const { port } = server.address() as AddressInfo;
    await provider('ours', `file://${files.httpClient}`, 'http-client');
    await component('ours', paths.fetcher, 'fetcher');
    await link(['fetcher', 'http-client'], ['wasi', 'http', 'outgoing-handler']);
    await provider('ours', 'wasmcloud+builtin://http-server', 'fetcher-server');
    const address = `127.0.0.1:${await freePort()}`;
    await link(['fetcher-server', 'fetcher'], ['wasi', 'http', 'incoming-handler'], {
      side: 'source',
      values: { address },
    });
    await expectBody(`http://${address}/?to=127.0.0.1:${port}/`, 'from outside');
    server.closeAllConnections();
  });
}
