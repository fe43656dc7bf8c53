import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSigningKey } from '@wasmlattice/identity';
import { createNatsInvoker } from '@wasmlattice/rpc/nats';
import { referenceToConfig, Secret, SecretStoreClient } from '@wasmlattice/secrets';
import { startCollector } from '@wasmlattice/telemetry-otlp/testing';
import { createTempDir, freePort } from '@wasmlattice/test-support';
import { headers, type NatsConnection } from 'nats';
import { expect, it } from 'vitest';
import { startComponent } from '../src/deploy.js';
import { startHost } from '../src/host-process.js';
import { joinLattice, type Lattice } from '../src/lattice.js';
import { observedBy } from '../src/observed.js';
import { paths } from '../src/paths.js';
import { createMarkers, filesBelow, findMarkers, type Written } from '../src/planted-markers.js';
import { buildSecretiveGuest, secretive } from '../src/secretive-guest.js';
import { startSecretsBackend } from '../src/secrets-backend.js';
import { signedComponent, signedProvider } from '../src/signed-artifacts.js';

/** All that passes on a server, until its connection closes. */
function recordAll(connection: NatsConnection): Written[] {
  const written: Written[] = [];
  connection.subscribe('>', {
    callback(_, { data, headers: given = headers(), subject }) {
      const fields = JSON.stringify([...given].map(([key, values]) => [key, values]));
      written.push({ where: `message on ${subject}`, bytes: Buffer.concat([Buffer.from(fields), data]) });
    },
  });
  return written;
}

const names = (markers: readonly string[], prefix: string): string[] =>
  markers.map((_, index) => `${prefix}${index}`);

async function putLink(lattice: Lattice, source: string, targetConfig: readonly string[]): Promise<void> {
  await lattice.succeed('link.put', {
    source_id: source,
    target: 'leaky',
    name: 'default',
    wit_namespace: 'acme',
    wit_package: 'demo',
    interfaces: ['run'],
    source_config: [],
    target_config: targetConfig,
  });
}

it('of 100 secrets not one byte is in what is written: logs, messages, events, telemetry, files', async () => {
  const markers = createMarkers(100);
  const ofComponent = markers.slice(0, 40);
  const ofProvider = markers.slice(40, 68);
  const ofLinks = markers.slice(68, 98);
  const [rotatedOfComponent = '', rotatedOfProvider = ''] = markers.slice(98);
  const [unkept = ''] = createMarkers(1);

  await using data = await createTempDir();
  await using cache = await createTempDir();
  await using artifacts = await createTempDir();
  await using collector = await startCollector();
  const port = await freePort();
  const observed = observedBy(collector.url);
  await using host = await startHost({
    env: observed.env,
    args: [
      ...[
        '--data-dir',
        data.path,
        '--cache-dir',
        cache.path,
        '--log-level',
        'trace',
        '--trace-level',
        'trace',
      ],
      ...['--embedded-nats', 'require', '--embedded-nats-port', String(port)],
      ...['--secrets-topic', 'wasmcloud.secrets', '--serving-threads', '1', ...observed.args],
    ],
  });
  const nats = { host: '127.0.0.1', port, url: `nats://127.0.0.1:${port}` };
  await using lattice = await joinLattice(nats);
  const { connection } = lattice;
  const messages = recordAll(connection);
  await connection.flush();

  // What is planted.
  await using backend = await startSecretsBackend(nats);
  const store = new SecretStoreClient({
    connection,
    prefix: 'wasmcloud.secrets',
    backend: 'nats-kv',
    timeoutMs: 10_000,
  });
  const plant = async (values: readonly string[], prefix: string): Promise<void> => {
    for (const [index, name] of names(values, prefix).entries()) {
      await store.put(name, Secret.ofText(values[index] ?? ''));
      const reference = referenceToConfig({ name, key: name, backend: 'nats-kv', properties: {} });
      await lattice.succeed(`config.put.SECRET_${name}`, reference);
    }
  };
  await plant(ofComponent, 'c');
  await plant(ofProvider, 'p');
  await plant(ofLinks, 'l');
  const account = createSigningKey('account');
  const guest = join(artifacts.path, 'guest.wasm');
  await writeFile(guest, await buildSecretiveGuest());
  const component = await signedComponent(guest, artifacts.path, account);
  const provider = await signedProvider(paths.secretiveProvider, artifacts.path, account);
  await store.allow(component.publicKey, names(ofComponent, 'c'));
  await store.allow(provider.publicKey, [...names(ofProvider, 'p'), ...names(ofLinks, 'l')]);
  const config = (values: readonly string[], prefix: string): string[] =>
    names(values, prefix).map((name) => `SECRET_${name}`);

  // A component that logs its secrets, prints them and traps with them, in a thread and in a process of its own.
  const invoker = createNatsInvoker({ connection, lattice: 'default' });
  const call = async (target: string, what: 'tell' | 'fail', name: string): Promise<unknown> => {
    const func = secretive.functions.find((each) => each.name === what) ?? expect.unreachable();
    return await invoker.invoke({ target, instance: secretive.id, func, params: [name] });
  };
  const isolated = { 'wasmlattice.dev/isolation': 'process' };
  for (const [id, annotations] of [
    ['near', {}],
    ['apart', isolated],
  ] as const) {
    await startComponent(lattice, host, {
      id,
      wasm: component.path,
      config: config(ofComponent, 'c'),
      annotations,
    });
    for (const name of names(ofComponent, 'c')) await call(id, 'tell', name);
    for (const name of names(ofComponent, 'c').slice(0, 10)) {
      await expect(call(id, 'fail', name)).rejects.toThrow(/trapped/);
    }
  }
  // One that is refused.
  const refused = lattice.nextEvent('component_scale_failed', { component_id: 'refused' });
  await lattice.succeed(`component.scale.${host.id}`, {
    component_id: 'refused',
    component_ref: `file://${component.path}`,
    count: 1,
    host_id: host.id,
    config: config(ofProvider, 'p'),
  });
  await refused;

  // A provider that does the same, refuses a link with its secrets, and crashes with its own.
  const started = lattice.nextEvent('provider_started', { provider_id: 'leaky' });
  await lattice.succeed('config.put.mood', { calm: 'yes' });
  await lattice.succeed('config.put.refusal', { refuse: 'yes' });
  for (const each of [0, 1, 2]) {
    const some = config(ofLinks, 'l').slice(each * 10, each * 10 + 10);
    await putLink(lattice, `source-${each}`, each === 2 ? [...some, 'refusal'] : some);
  }
  await lattice.succeed(`provider.start.${host.id}`, {
    provider_id: 'leaky',
    provider_ref: `file://${provider.path}`,
    host_id: host.id,
    config: ['mood', ...config(ofProvider, 'p')],
  });
  await started;
  const failure = await lattice.event('linkdef_set_failed', { target: 'leaky', source_id: 'source-2' });
  expect(failure.data.error).toMatch(/refused with (<redacted> ?){10}/);

  // New values, while all of that runs.
  await store.put('c0', Secret.ofText(rotatedOfComponent));
  await store.put('p0', Secret.ofText(rotatedOfProvider));
  await host.child.waitForOutput((text) => (text.match(/has its own/g)?.length ?? 0) >= 2);
  await call('near', 'tell', 'c0');
  const crashed = host.child.waitForLine(/crash with <redacted>/);
  await lattice.succeed('config.put.mood', { crash: 'yes' });
  await crashed;
  await lattice.ask(`host.get.${host.id}`);
  await host.child.waitForOutput((text) => (text.match(/has its own/g)?.length ?? 0) >= 3);
  await collector.until(({ logs, spans }) => (logs.length > 100 && spans.length > 10 ? true : undefined));

  // The search finds what nobody keeps.
  await lattice.succeed('config.put.unkept', { value: unkept });
  await connection.flush();
  await invoker.close();
  await backend[Symbol.asyncDispose]();
  expect(await host.stop()).toBe(0);

  const text = (where: string, value: unknown): Written => ({
    where,
    bytes: Buffer.from(JSON.stringify(value)),
  });
  const written = [
    text('the log of the host', host.child.output()),
    text('what the backend wrote', backend.output()),
    text('spans', collector.spans),
    text('logs of the collector', collector.logs),
    text('metrics', collector.points),
    ...messages,
    ...(await filesBelow(data.path, cache.path, artifacts.path)),
  ];
  expect(findMarkers([unkept], written).map((line) => line.replace(/.* in /, ''))).toEqual(
    expect.arrayContaining([expect.stringMatching(/^message on /), expect.stringContaining(data.path)]),
  );
  expect(host.child.output().match(/<redacted>/g)?.length).toBeGreaterThan(500);
  expect(written.length).toBeGreaterThan(1_000);
  expect(findMarkers(markers, written)).toEqual([]);
});
