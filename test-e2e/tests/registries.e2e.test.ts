import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  createTempDir,
  createTestAuthority,
  freePort,
  registryUser,
  startChild,
  startNatsServer,
  startRegistry,
  type TempDir,
  type TestRegistry,
} from '@wasmlattice/test-support';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CliOutcome, runCli } from '../src/cli-process.js';
import { type HostProcess, startHost } from '../src/host-process.js';
import { joinLattice, type Lattice } from '../src/lattice.js';
import { paths } from '../src/paths.js';
import { startScenario } from '../src/scenario.js';

let dir: TempDir;
beforeEach(async () => {
  dir = await createTempDir();
});
afterEach(() => dir[Symbol.asyncDispose]());

/** A component that does nothing; each mark makes another one. */
function component(mark: string): Uint8Array {
  const name = Buffer.from('mark');
  const content = Buffer.concat([Buffer.of(name.length), name, Buffer.from(mark)]);
  const preamble = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];
  return Buffer.concat([Buffer.from(preamble), Buffer.of(0, content.length), content]);
}

/** Runs the command line without a lattice; it must succeed. */
async function cli(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  await using child = startChild(process.execPath, [paths.cli, ...args], {
    PATH: process.env.PATH,
    HOME: dir.path,
    ...env,
  });
  const code = await child.exited;
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${child.output()}`);
  return child.output();
}

/** An archive of the key-value provider, made of its TypeScript. */
async function archiveOfSource(name: string, ...flags: readonly string[]): Promise<string> {
  const archive = join(dir.path, name);
  const source = dirname(dirname(paths.keyvalueProvider));
  const what = ['-v', 'acme', '-n', 'kv', '--source', source, '--destination', archive];
  await cli(['par', 'create', ...what, ...flags]);
  return archive;
}

/** Pushes bytes and says the digest of their manifest. */
async function push(registry: TestRegistry, name: string, bytes: Uint8Array): Promise<string> {
  const file = join(dir.path, 'pushed.wasm');
  await writeFile(file, bytes);
  const text = await cli(['push', `${registry.name}/${name}`, file, '--insecure', '-o', 'json']);
  return (JSON.parse(text) as { digest: string }).digest;
}

/** Starts a component by a reference and waits for what comes of it. */
async function start(
  lattice: Lattice,
  host: HostProcess,
  id: string,
  ref: string,
  outcome: 'component_scaled' | 'component_scale_failed' = 'component_scaled',
): Promise<Readonly<Record<string, unknown>>> {
  const event = lattice.nextEvent(outcome, { component_id: id });
  await lattice.succeed(`component.scale.${host.id}`, {
    component_id: id,
    component_ref: ref,
    count: 1,
    host_id: host.id,
  });
  return (await event).data;
}

const gets = (registry: TestRegistry, path: string): number =>
  registry.output().split(`GET /v2/${path}`).length - 1;

it('an application is deployed from a registry with a password, over TLS of its own authority', async () => {
  const authority = createTestAuthority();
  await using registry = await startRegistry({ auth: 'token', authority });
  const ca = join(dir.path, 'ca.pem');
  await writeFile(ca, authority.certificate);
  const { username, password } = registryUser;
  const archive = await archiveOfSource('kv.par');
  const login = { WASH_REG_USER: username, WASH_REG_PASSWORD: password, WASMCLOUD_TLS_CA_PATH: ca };
  await cli(['push', `${registry.name}/acme/counter:1`, paths.counter], login);
  await cli(['push', `${registry.name}/acme/kv:1`, archive], login);

  await using scenario = await startScenario({
    env: {
      WASMCLOUD_OCI_REGISTRY: registry.name,
      WASMCLOUD_OCI_REGISTRY_USER: username,
      WASMCLOUD_OCI_REGISTRY_PASSWORD: password,
      WASMCLOUD_TLS_CA_PATH: ca,
    },
  });
  const port = await freePort();
  const manifest = join(dir.path, 'wadm.yaml');
  await writeFile(manifest, applicationOf(registry, port));
  const deployed: CliOutcome = await runCli(scenario.nats, 'app', 'deploy', manifest);
  expect(deployed).toMatchObject({ code: 0 });
  await expect
    .poll(async () => (await fetch(`http://127.0.0.1:${port}/a`)).status, { interval: 50 })
    .toBe(200);
  expect(scenario.host.child.output()).not.toContain(password);
});

function applicationOf(registry: TestRegistry, port: number): string {
  return `apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: counter
  annotations: { version: v0.0.1 }
spec:
  components:
    - name: counter
      type: component
      properties: { image: '${registry.name}/acme/counter:1' }
      traits:
        - { type: spreadscaler, properties: { instances: 1 } }
        - type: link
          properties:
            target: { name: kv, config: [{ name: bucket, properties: { bucket: visits, enable_bucket_auto_create: 'true' } }] }
            namespace: wasi
            package: keyvalue
            interfaces: [store, atomics]
    - name: kv
      type: capability
      properties: { image: '${registry.name}/acme/kv:1' }
    - name: http
      type: capability
      properties: { image: 'wasmcloud+builtin://http-server' }
      traits:
        - type: link
          properties:
            target: counter
            namespace: wasi
            package: http
            interfaces: [incoming-handler]
            source: { config: [{ name: address, properties: { address: '127.0.0.1:${port}' } }] }
`;
}

it('a provider that Node.js of the host runs starts from the file of its compressed archive', async () => {
  const archive = await archiveOfSource('kv.par.gz', '--without-runtime', '--compress');
  await using scenario = await startScenario();
  const { host, lattice } = scenario;
  const healthy = lattice.nextEvent('health_check_passed', { provider_id: 'kv' });
  const command = { provider_id: 'kv', provider_ref: `file://${archive}` };
  await lattice.succeed(`provider.start.${host.id}`, command);
  await healthy;
});

it('a component is updated by tag, and pinned by digest', async () => {
  await using registry = await startRegistry();
  await using scenario = await startScenario({
    args: ['--allowed-insecure', registry.name, '--cache-dir', join(dir.path, 'cache')],
  });
  const { host, lattice } = scenario;
  const name = `${registry.name}/acme/a`;
  const first = await push(registry, 'acme/a:1', component('one'));
  await start(lattice, host, 'a', `${name}:1`);
  await push(registry, 'acme/a:2', component('two'));
  const updated = lattice.nextEvent('component_scaled', { component_id: 'a', image_ref: `${name}:2` });
  await lattice.succeed(`component.update.${host.id}`, {
    component_id: 'a',
    new_component_ref: `${name}:2`,
    host_id: host.id,
  });
  await updated;

  // The tag moves; the digest does not.
  await push(registry, 'acme/a:1', component('three'));
  await start(lattice, host, 'pinned', `${name}:1@${first}`);
  const other = `sha256:${'0'.repeat(64)}`;
  const failed = await start(lattice, host, 'unknown', `${name}@${other}`, 'component_scale_failed');
  expect(failed.error).toContain(`failed to fetch component under OCI reference \`${name}@${other}\``);
});

it('what the control interface says of a registry counts from then on', async () => {
  await using registry = await startRegistry({ auth: 'basic' });
  const { username, password } = registryUser;
  const file = join(dir.path, 'a.wasm');
  await writeFile(file, component('a'));
  const ref = `${registry.name}/acme/a:1`;
  await cli(['push', ref, file, '--insecure', '--user', username, '--password', password]);
  await using scenario = await startScenario({
    args: ['--allowed-insecure', registry.name, '--cache-dir', join(dir.path, 'cache')],
  });
  const { host, lattice } = scenario;
  const failed = await start(lattice, host, 'a', ref, 'component_scale_failed');
  expect(failed.error).toContain(`the registry '${registry.name}' does not give`);
  expect(await lattice.ask('registry.put', { [registry.name]: { username, password } })).toEqual({
    success: true,
    message: 'successfully put registries',
  });
  await start(lattice, host, 'a', ref);
  expect(host.child.output()).not.toContain(password);
});

it('two hosts share one cache, and start from it while the registry is down', async () => {
  const registry = await startRegistry();
  await using nats = await startNatsServer();
  await using lattice = await joinLattice(nats);
  const args = ['--allowed-insecure', registry.name, '--cache-dir', join(dir.path, 'cache')];
  const ref = `${registry.name}/acme/shared:1`;
  try {
    await push(registry, 'acme/shared:1', component('shared'));
    await using one = await startHost({ nats, args });
    await using two = await startHost({ nats, args });
    await Promise.all([start(lattice, one, 'a', ref), start(lattice, two, 'b', ref)]);
    await expect.poll(() => gets(registry, 'acme/shared/blobs')).toBe(1);
    await Promise.all([one.stop(), two.stop()]);
  } finally {
    await registry[Symbol.asyncDispose]();
  }
  await using later = await startHost({ nats, args });
  await start(lattice, later, 'c', ref);
  await later.child.waitForLine(/the registry is down: the artifact is what its tag stood for before/);
  const failed = await start(lattice, later, 'd', `${registry.name}/acme/shared:2`, 'component_scale_failed');
  expect(failed.error).toContain("can't be reached (nobody listens there)");
});
