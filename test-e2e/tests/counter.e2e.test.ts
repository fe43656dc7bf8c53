import { createTempDir, freePort, startNatsServer } from '@wasmlattice/test-support';
import { connect } from 'nats';
import { describe, expect, it } from 'vitest';
import { linkKeyvalue, serveHttp, startComponent } from '../src/deploy.js';
import { startHost } from '../src/host-process.js';
import { joinLattice } from '../src/lattice.js';
import { paths } from '../src/paths.js';

describe('the counter application', () => {
  it('is deployed by a foreign NATS client that knows only subjects and JSON', {
    tags: 'smoke',
  }, async () => {
    await using nats = await startNatsServer();
    await using host = await startHost({ nats });
    const port = await freePort();

    // From here on: a plain NATS connection, as a script in any language would have it.
    const nc = await connect({ servers: nats.url });
    const ask = async (
      subject: string,
      body: unknown = '',
    ): Promise<{ success: boolean; message: string }> => {
      const payload = body === '' ? '' : JSON.stringify(body);
      const reply = await nc.request(`wasmbus.ctl.v1.default.${subject}`, payload, { timeout: 30_000 });
      return reply.json();
    };
    const [id] = await hostIds(nc);
    expect(id).toBe(host.id);
    const events = nc.subscribe('wasmbus.evt.default.>');
    const outstanding = new Set(['component_scaled', 'provider_started kv', 'provider_started http']);
    const deployed = (async () => {
      for await (const message of events) {
        const event = message.json<{ type: string; data: { provider_id?: string; error?: string } }>();
        const name = event.type.replace('com.wasmcloud.lattice.', '');
        expect(event.data.error).toBeUndefined();
        outstanding.delete(event.data.provider_id === undefined ? name : `${name} ${event.data.provider_id}`);
        if (outstanding.size === 0) return;
      }
    })();

    expect(
      await ask('config.put.bucket', { bucket: 'visits', enable_bucket_auto_create: 'true' }),
    ).toMatchObject({
      success: true,
    });
    expect(await ask('config.put.address', { address: `127.0.0.1:${port}` })).toMatchObject({
      success: true,
    });
    expect(await ask('config.put.greeting', { greeting: 'Hi' })).toMatchObject({ success: true });
    const start = { provider_id: 'kv', provider_ref: `file://${paths.keyvalueProvider}`, host_id: id };
    expect(await ask(`provider.start.${id}`, start)).toMatchObject({ success: true });
    const http = { provider_id: 'http', provider_ref: 'wasmcloud+builtin://http-server', host_id: id };
    expect(await ask(`provider.start.${id}`, http)).toMatchObject({ success: true });
    const component = {
      component_id: 'counter',
      component_ref: `file://${paths.counter}`,
      count: 8,
      host_id: id,
      config: ['greeting'],
      annotations: { 'wasmcloud.dev/appspec': 'foreign' },
    };
    expect(await ask(`component.scale.${id}`, component)).toMatchObject({ success: true });
    for (const link of [
      {
        source_id: 'counter',
        target: 'kv',
        name: 'default',
        wit_namespace: 'wasi',
        wit_package: 'keyvalue',
        interfaces: ['atomics', 'store'],
        target_config: ['bucket'],
      },
      {
        source_id: 'http',
        target: 'counter',
        name: 'default',
        wit_namespace: 'wasi',
        wit_package: 'http',
        interfaces: ['incoming-handler'],
        source_config: ['address'],
      },
    ]) {
      expect(await ask('link.put', link)).toEqual({ success: true, message: 'successfully set link' });
    }
    await deployed;
    await nc.close();

    await host.child.waitForLine(/listening for HTTP/);
    const url = `http://127.0.0.1:${port}`;
    expect(await firstAnswer(`${url}/a`)).toEqual({ greeting: 'Hi', path: '/a', count: 1 });
    expect(await visit(`${url}/a`)).toEqual({ greeting: 'Hi', path: '/a', count: 2 });
    expect(await visit(`${url}/b`)).toEqual({ greeting: 'Hi', path: '/b', count: 1 });
  });

  it('loses no count of 64 concurrent visits, and keeps counting after the host was restarted', async () => {
    await using nats = await startNatsServer();
    await using lattice = await joinLattice(nats);
    const port = await freePort();
    {
      await using host = await startHost({ nats });
      await linkKeyvalue(lattice, host, 'counter', 'visits');
      await startComponent(lattice, host, { id: 'counter', wasm: paths.counter, maxInstances: 16 });
      const url = await serveHttp(lattice, host, 'counter', port);
      await host.child.waitForLine(/listening for HTTP/);
      await firstAnswer(`${url}/`);
      const visits = await Promise.all(Array.from({ length: 64 }, () => visit(`${url}/`)));
      expect(visits.map(({ count }) => count).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 64 }, (_, index) => index + 2),
      );
      expect(await host.stop()).toBe(0);
    }
    {
      // Links and configs are the lattice's: only the workloads are started again.
      await using host = await startHost({ nats });
      const started = lattice.nextEvent('provider_started', { provider_id: 'keyvalue' });
      await lattice.succeed(`provider.start.${host.id}`, {
        provider_id: 'keyvalue',
        provider_ref: `file://${paths.keyvalueProvider}`,
        host_id: host.id,
      });
      await started;
      await startComponent(lattice, host, { id: 'counter', wasm: paths.counter, maxInstances: 16 });
      await lattice.succeed(`provider.start.${host.id}`, {
        provider_id: 'http-counter',
        provider_ref: 'wasmcloud+builtin://http-server',
        host_id: host.id,
      });
      await host.child.waitForLine(/listening for HTTP/);
      expect((await firstAnswer(`http://127.0.0.1:${port}/`)).count).toBe(66);
    }
  });
});

describe('a host without a NATS server', () => {
  it('brings its own, and takes it along when it stops', async () => {
    await using home = await createTempDir();
    const port = await freePort();
    const args = [
      '--embedded-nats',
      'require',
      '--embedded-nats-port',
      String(port),
      '--data-dir',
      home.path,
    ];
    await using host = await startHost({ args });
    await using lattice = await joinLattice({ url: `nats://127.0.0.1:${port}` });
    const reply = await lattice.ask('host.ping');
    expect(reply.response).toMatchObject({ id: host.id, ctl_host: `nats://127.0.0.1:${port}` });
    await lattice.succeed('config.put.kept', { a: '1' });
    await lattice.connection.close();
    expect(await host.stop()).toBe(0);
    await expect(connect({ servers: `127.0.0.1:${port}`, reconnect: false })).rejects.toThrow();

    await using again = await startHost({ args });
    await using later = await joinLattice({ url: `nats://127.0.0.1:${port}` });
    expect((await later.ask('config.get.kept')).response).toEqual({ a: '1' });
    expect(await again.stop()).toBe(0);
  });
});

interface Visit {
  readonly greeting: string;
  readonly path: string;
  readonly count: number;
}

async function visit(url: string): Promise<Visit> {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return JSON.parse(text) as Visit;
}

/** A provider announces itself when its process runs; until it has subscribed, calls find nobody. */
async function firstAnswer(url: string): Promise<Visit> {
  let first: Visit | undefined;
  await expect
    .poll(
      async () => {
        first ??= await visit(url).catch(() => undefined);
        return first;
      },
      { interval: 50 },
    )
    .toBeDefined();
  if (first === undefined) throw new Error('unreachable');
  return first;
}

async function hostIds(nc: Awaited<ReturnType<typeof connect>>): Promise<string[]> {
  const reply = await nc.request('wasmbus.ctl.v1.default.host.ping', '', { timeout: 30_000 });
  return [reply.json<{ response: { id: string } }>().response.id];
}
