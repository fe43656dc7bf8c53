import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  componentLayout,
  createHttpTransport,
  LoginTable,
  pushArtifact,
  RegistryDirectory,
} from '@wasmlattice/artifacts';
import { causeChain } from '@wasmlattice/events';
import {
  createTempDir,
  RecordingLogger,
  registryUser,
  startRegistry,
  type TempDir,
  type TestRegistry,
} from '@wasmlattice/test-support';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RegistriesConfig } from '../../config/registries.js';
import { createEventRecorder } from '../testing/fakes.js';
import { openRegistries, type Registries } from './open-registries.js';

let dir: TempDir;
let opened: Registries[];
beforeEach(async () => {
  dir = await createTempDir();
  opened = [];
});
afterEach(async () => {
  for (const registries of opened) registries.close();
  await dir[Symbol.asyncDispose]();
});

function open(registry: TestRegistry, config: Partial<RegistriesConfig> = {}, more: object = {}) {
  const logger = new RecordingLogger();
  const registries = openRegistries({
    config: {
      allowLatest: false,
      insecure: [registry.name],
      login: undefined,
      mirrors: new Map(),
      authorityFiles: [],
      cacheBytes: 1 << 30,
      ...config,
    },
    authorities: [],
    cacheDir: join(dir.path, 'cache'),
    env: { HOME: dir.path },
    hostId: 'NHOST',
    events: createEventRecorder(),
    logger,
    ...more,
  });
  opened.push(registries);
  return { ...registries, logger };
}

async function push(registry: TestRegistry, image: string, bytes: Uint8Array): Promise<void> {
  const file = join(dir.path, 'pushed');
  await writeFile(file, bytes);
  const logins = new LoginTable();
  logins.put(registry.name, { kind: 'basic', ...registryUser });
  const registries = new RegistryDirectory({ logins, transport: createHttpTransport(), insecure: true });
  await pushArtifact(image, {
    registries,
    file,
    layout: ({ digest }) => componentLayout({ digest, imports: [], exports: [], created: new Date(0) }),
  });
  registries.close();
}

const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'it succeeded',
    (error: unknown) => causeChain(error),
  );

describe('what an event says of an artifact that can not be had', () => {
  it('begins as a wasmCloud host says it of a missing tag, and goes on with what to check', async () => {
    await using registry = await startRegistry();
    const { artifacts } = open(registry);
    const image = `${registry.name}/acme/hello:9.9.9`;
    // As recorded from a wasmCloud 1.9.2 host, but for the port.
    const golden = `failed to fetch component: failed to fetch component under OCI reference \`${image}\`: failed to fetch OCI path: failed to fetch OCI bytes: Registry error: url http://${registry.name}/v2/acme/hello/manifests/9.9.9, envelope: OCI API errors: [OCI API error: manifest unknown]`;
    expect(await failure(artifacts.pull(image, { kind: 'component' }))).toBe(
      `${golden}: the registry '${registry.name}' does not give the manifest of '${image}': manifest unknown, status 404: check repository and tag, and that the user may see them`,
    );
  });

  it('is upstream’s sentence for the tag latest', async () => {
    await using registry = await startRegistry();
    const { artifacts } = open(registry);
    expect(await failure(artifacts.pull(`${registry.name}/a:latest`, { kind: 'provider' }))).toContain(
      'failed to fetch provider: failed to fetch provider under OCI reference `',
    );
    expect(await failure(artifacts.pull(`${registry.name}/a:latest`, { kind: 'provider' }))).toContain(
      "failed to fetch OCI path: fetching images tagged 'latest' is currently prohibited in this host. This option can be overridden with WASMCLOUD_OCI_ALLOW_LATEST",
    );
  });

  it('names the setting for one that is too large', async () => {
    await using registry = await startRegistry();
    const { artifacts } = open(registry);
    const image = `${registry.name}/a:1`;
    await push(registry, image, randomBytes(100));
    expect(await failure(artifacts.pull(image, { kind: 'component', maxBytes: 99 }))).toContain(
      '--max-component-size-bytes: the artifact',
    );
  });
});

describe('who a host is at a registry', () => {
  it('is told by its settings, by its configuration service and by registry.put, the last first', async () => {
    await using registry = await startRegistry({ auth: 'basic' });
    const image = `${registry.name}/a:1`;
    await push(registry, image, Buffer.from('x'));
    const wrong = { registry: registry.name, username: 'tester', password: 'wrong' };
    const pull = async ({ artifacts }: Registries): Promise<boolean> =>
      artifacts.pull(image, { kind: 'component' }).then(
        () => true,
        () => false,
      );
    expect(await pull(open(registry))).toBe(false);
    expect(await pull(open(registry, { login: { registry: registry.name, ...registryUser } }))).toBe(true);

    const fromService = { [registry.name]: { ...registryUser, registryType: 'oci' } };
    const served = open(registry, { login: wrong }, { fromService });
    expect(await pull(served)).toBe(true);
    expect(served.logger.records).toContainEqual(expect.objectContaining({ level: 'warn' }));

    const host = open(registry, { login: wrong });
    expect(await pull(host)).toBe(false);
    host.logins.put({ [registry.name.toUpperCase()]: { ...registryUser, registryType: 'oci' } });
    expect(await pull(host)).toBe(true);
    host.logins.put({ [registry.name]: { registryType: 'oci' } });
    expect(await pull(host)).toBe(false);
  });

  it('is told by the Docker configuration where nothing else does', async () => {
    await using registry = await startRegistry({ auth: 'token' });
    const image = `${registry.name}/a:1`;
    await push(registry, image, Buffer.from('x'));
    const auth = Buffer.from(`${registryUser.username}:${registryUser.password}`).toString('base64');
    await writeFile(join(dir.path, 'config.json'), JSON.stringify({ auths: { [registry.name]: { auth } } }));
    const { artifacts } = open(registry, {}, { env: { DOCKER_CONFIG: dir.path } });
    const { path } = await artifacts.pull(image, { kind: 'component' });
    expect(await readFile(path, 'utf8')).toBe('x');
  });

  it('is nobody when credentials are incomplete or of another kind, with a warning', async () => {
    await using registry = await startRegistry();
    const { logins, logger } = open(registry);
    logins.put({
      'a.io': { username: 'ann', registryType: 'oci' },
      'b.io': { token: 't', registryType: 'warg' },
    });
    expect(logger.records.map(({ level, fields }) => [level, fields?.registry])).toEqual([
      ['warn', 'a.io'],
      ['warn', 'b.io'],
    ]);
    expect(JSON.stringify(logger.records)).not.toContain('ann');
  });
});

it('what another host removed before it was read is fetched again', async () => {
  await using registry = await startRegistry();
  const image = `${registry.name}/a:1`;
  await push(registry, image, Buffer.from('x'));
  const { artifacts } = open(registry);
  let reads = 0;
  const text = await artifacts.use(image, { kind: 'component' }, async ({ path }) => {
    reads += 1;
    if (reads < 3) await rm(path);
    return readFile(path, 'utf8');
  });
  expect([text, reads]).toEqual(['x', 3]);
  const broken = artifacts.use(image, { kind: 'component' }, () => Promise.reject(new Error('unreadable')));
  await expect(broken).rejects.toThrow('unreadable');
});

it('a host that starts while the registry is down runs what its tags stood for before, and says so', async () => {
  const registry = await startRegistry();
  const image = `${registry.name}/a:1`;
  await push(registry, image, Buffer.from('x'));
  await open(registry).artifacts.pull(image, { kind: 'component' });
  await registry[Symbol.asyncDispose]();
  const { artifacts, logger } = open(registry);
  expect((await artifacts.pull(image, { kind: 'component' })).offline).toBeInstanceOf(Error);
  expect(logger.records).toContainEqual(
    expect.objectContaining({
      level: 'warn',
      message: 'the registry is down: the artifact is what its tag stood for before',
    }),
  );
});
