import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSigningKey, createXKey } from '@wasmlattice/identity';
import { createNatsInvoker, type NatsInvoker } from '@wasmlattice/rpc/nats';
import { createTempDir, type TempDir } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../src/cli-process.js';
import { startComponent, startProvider } from '../src/deploy.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';
import { buildSecretiveGuest, secretive } from '../src/secretive-guest.js';
import { type SecretsBackend, startSecretsBackend } from '../src/secrets-backend.js';
import { type SignedArtifact, signedComponent, signedProvider } from '../src/signed-artifacts.js';

const seed = createXKey().seed();
const account = createSigningKey('account');
let scenario: Scenario;
let dir: TempDir;
let backend: SecretsBackend;
let component: SignedArtifact;
let provider: SignedArtifact;
let guest: string;
let invoker: NatsInvoker;

beforeAll(async () => {
  scenario = await startScenario({
    args: ['--secrets-topic', 'wasmcloud.secrets', '--serving-threads', '1'],
  });
  const { host, lattice, nats } = scenario;
  dir = await createTempDir();
  backend = await startSecretsBackend(nats, seed);
  guest = join(dir.path, 'secretive.wasm');
  await writeFile(guest, await buildSecretiveGuest());
  invoker = createNatsInvoker({ connection: lattice.connection, lattice: 'default' });
  component = await signedComponent(guest, dir.path, account);
  provider = await signedProvider(paths.secretiveProvider, dir.path, account);
  for (const key of ['db', 'api', 'own', 'link']) await backend.put(key, `first-${key}`);
  await backend.allow(component.publicKey, 'db', 'api');
  await backend.allow(provider.publicKey, 'own', 'link');
  for (const key of ['db', 'api', 'own', 'link']) {
    expect(await runCli(nats, 'secrets', 'put', key, 'nats-kv', key)).toMatchObject({ code: 0 });
  }
  await lattice.succeed('config.put.plain', { greeting: 'hello' });
  await startComponent(lattice, host, {
    id: 'secretive',
    wasm: component.path,
    config: ['plain', 'SECRET_db', 'SECRET_api'],
  });
});
afterAll(async () => {
  await invoker?.close();
  await backend?.[Symbol.asyncDispose]();
  await scenario?.[Symbol.asyncDispose]();
  await dir?.[Symbol.asyncDispose]();
});

/** What a component has for a secret; `undefined`: nothing. */
async function read(name: string, target = 'secretive'): Promise<unknown> {
  const [func] = secretive.functions;
  if (func === undefined) throw new Error('the guest has no function');
  const value = (await invoker.invoke({ target, instance: secretive.id, func, params: [name] })) as
    | { readonly val: unknown }
    | undefined;
  return value?.val;
}

const digest = (value: string): string => createHash('sha256').update(value).digest('hex').slice(0, 12);

async function failedStart(id: string, wasm: string, config: readonly string[]): Promise<unknown> {
  const { host, lattice } = scenario;
  const failed = lattice.nextEvent('component_scale_failed', { component_id: id });
  const command = { component_id: id, component_ref: `file://${wasm}`, count: 1, host_id: host.id, config };
  await lattice.succeed(`component.scale.${host.id}`, command);
  return (await failed).data.error;
}

describe('a component', () => {
  it('reads the secrets that it is started with, and no others', async () => {
    expect([await read('db'), await read('api'), await read('own')]).toEqual([
      'first-db',
      'first-api',
      undefined,
    ]);
  });

  it('is refused what it may not have, what is not there, and everything without a token', async () => {
    const prefix = 'Unable to fetch requested secrets: ';
    const refusal = (name: string) => failedStart('refused', component.path, [name]);
    expect(await refusal('SECRET_own')).toBe(
      `${prefix}SECRET_own (key own of backend nats-kv) server error: Error fetching secret: unauthorized`,
    );
    expect(await refusal('SECRET_gone')).toBe(
      `${prefix}Secret config SECRET_gone not found in config store, could not create secret request`,
    );
    expect(await failedStart('unsigned', guest, ['SECRET_db'])).toBe(
      `${prefix}entity did not have an embedded JWT, required to fetch secrets (was this entity signed during build?)`,
    );
  });

  it('gets a new value without a start, also in a process of its own', async () => {
    const { host, lattice } = scenario;
    await startComponent(lattice, host, {
      id: 'apart',
      wasm: component.path,
      config: ['SECRET_db'],
      annotations: { 'wasmlattice.dev/isolation': 'process' },
    });
    const readApart = (): Promise<unknown> => read('db', 'apart');
    expect(await readApart()).toBe('first-db');
    await backend.put('db', 'second-db');
    await expect.poll(() => read('db')).toBe('second-db');
    await expect.poll(readApart).toBe('second-db');
    expect(await read('api')).toBe('first-api');
  });

  it('keeps what it has while its backend is started again, and gets what is new by its new key', async () => {
    await backend[Symbol.asyncDispose]();
    expect(await read('api')).toBe('first-api');
    backend = await startSecretsBackend(scenario.nats, seed);
    await backend.put('api', 'second-api');
    await expect.poll(() => read('api')).toBe('second-api');
  });
});

it('an application names secrets in its manifest, and their backend in a policy', async () => {
  const { nats } = scenario;
  const manifest = join(dir.path, 'wadm.yaml');
  await writeFile(
    manifest,
    `apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: { name: shop }
spec:
  policies:
    - { name: kv, type: policy.secret.wasmcloud.dev/v1alpha1, properties: { backend: nats-kv } }
  components:
    - name: reader
      type: component
      properties:
        image: file://${component.path}
        secrets: [{ name: token, properties: { policy: kv, key: api } }]
      traits: [{ type: spreadscaler, properties: { instances: 1 } }]
`,
  );
  expect(await runCli(nats, 'app', 'deploy', manifest)).toMatchObject({ code: 0 });
  expect(await read('token', 'shop-reader')).toBe('second-api');
  expect((await runCli(nats, 'secrets', 'get', 'SECRET_shop-token')).output).toContain('key=api');
  expect(await runCli(nats, 'app', 'undeploy', manifest)).toMatchObject({ code: 0 });
  expect(await runCli(nats, 'secrets', 'get', 'SECRET_shop-token')).toMatchObject({ code: 1 });
});

describe('a provider', () => {
  it('starts with its secrets and those of its links, and gets new ones once', async () => {
    const { host, lattice } = scenario;
    const link = {
      source_id: 'caller',
      target: 'vaulted',
      name: 'default',
      wit_namespace: 'acme',
      wit_package: 'demo',
      interfaces: ['run'],
      target_config: ['plain', 'SECRET_link'],
    };
    await lattice.succeed('link.put', link);
    const started = lattice.nextEvent('provider_started', { provider_id: 'vaulted' });
    await lattice.succeed(`provider.start.${host.id}`, {
      provider_id: 'vaulted',
      provider_ref: `file://${provider.path}`,
      host_id: host.id,
      config: ['SECRET_own'],
    });
    await started;
    const has = (what: string, name: string, value: string): Promise<unknown> =>
      host.child.waitForLine(new RegExp(`has ${what}: ${name}=${digest(value)}\\.`));
    await has('its own', 'own', 'first-own');
    await has('those of caller', 'link', 'first-link');
    await backend.put('own', 'second-own');
    await has('its own', 'own', 'second-own');
    await backend.put('link', 'second-link');
    await has('those of caller', 'link', 'second-link');
    await backend.put('link', 'third-link');
    await has('those of caller', 'link', 'third-link');
    const links = [...host.child.output().matchAll(/has those of caller: link=(\w+)/g)].map(
      ([, seen]) => seen,
    );
    expect(links).toEqual(['first-link', 'second-link', 'third-link'].map(digest));
  });

  it('is refused secrets when nobody signed it', async () => {
    const { host, lattice } = scenario;
    const failed = lattice.nextEvent('provider_start_failed', { provider_id: 'unsigned' });
    await lattice.succeed(`provider.start.${host.id}`, {
      provider_id: 'unsigned',
      provider_ref: `file://${paths.secretiveProvider}`,
      host_id: host.id,
      config: ['SECRET_own'],
    });
    expect((await failed).data.error).toContain('entity did not have an embedded JWT');
  });

  it('has a link fail whose secret it may not have, until it may', async () => {
    const { host, lattice } = scenario;
    const failed = lattice.nextEvent('linkdef_set_failed', { target: 'vaulted' });
    await lattice.succeed('link.put', {
      source_id: 'second-caller',
      target: 'vaulted',
      name: 'default',
      wit_namespace: 'acme',
      wit_package: 'demo',
      interfaces: ['run'],
      target_config: ['SECRET_db'],
    });
    expect((await failed).data.error).toMatch(/SECRET_db .* unauthorized/);
    await backend.allow(provider.publicKey, 'db');
    // A new version is what hosts hear of.
    await backend.put('db', 'third-db');
    await host.child.waitForLine(new RegExp(`has those of second-caller: db=${digest('third-db')}\\.`));
  });
});

it('a host without the topic refuses secrets in the words of wasmCloud', async () => {
  await using other = await startScenario({ args: ['--serving-threads', '1'] });
  const { host, lattice } = other;
  const failed = lattice.nextEvent('component_scale_failed', { component_id: 'secretive' });
  await lattice.succeed(`component.scale.${host.id}`, {
    component_id: 'secretive',
    component_ref: `file://${component.path}`,
    count: 1,
    host_id: host.id,
    config: ['SECRET_db'],
  });
  expect((await failed).data.error).toBe(
    'Unable to fetch requested secrets: secret store not configured, could not fetch secrets',
  );
  await startProvider(lattice, host, 'plain', paths.secretiveProvider);
});
