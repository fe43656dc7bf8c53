import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startChild, startNatsServer } from '@wasmlattice/test-support';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { environmentOf, parseContainerfile } from './lib/deploy/containerfile.mjs';
import { hostSettings, unknownVariables } from './lib/deploy/host-settings.mjs';
import { environmentOfUnit, parseUnit } from './lib/deploy/systemd-unit.mjs';
import { root } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { node26 } from './lib/toolchain.mjs';

const text = (path) => readFile(join(root, path), 'utf8');
const host = join(root, 'apps/host/dist/main.js');

const systemd = await run('systemd-analyze', ['--version']);

let settings;
beforeAll(async () => {
  settings = await hostSettings();
});

describe('the Containerfile', () => {
  let instructions;
  beforeAll(async () => {
    instructions = parseContainerfile(await text('deploy/container/Containerfile'));
  });
  const last = (wanted) => instructions.findLast(({ name }) => name === wanted)?.text;

  test('installs the package that has the program it starts', async () => {
    const [, , program] = last('ENTRYPOINT');
    const { name, bin } = JSON.parse(await text('apps/host/package.json'));
    expect(Object.keys(bin)).toContain(program);
    expect(instructions.filter(({ text: step }) => step.includes(`${name}@`))).toHaveLength(1);
  });

  test('runs as a user without rights, on the Node.js that the host needs', async () => {
    expect(last('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    const { engines } = JSON.parse(await text('apps/host/package.json'));
    expect(last('FROM')).toMatch(new RegExp(`^node:${engines.node.replace('>=', '')}-`));
  });

  test('sets variables that the host knows', () => {
    expect(unknownVariables(Object.keys(environmentOf(instructions)), settings)).toEqual([]);
  });

  test('has a health check that tells a host that is ready from none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wasmlattice-container-'));
    try {
      await using nats = await startNatsServer();
      const env = {
        ...environmentOf(instructions),
        PATH: process.env.PATH,
        WASMLATTICE_DATA_DIR: join(folder, 'data'),
        WASMLATTICE_CACHE: join(folder, 'cache'),
        WASMCLOUD_HTTP_ADMIN: `127.0.0.1:${await freePort()}`,
        WASMCLOUD_NATS_HOST: nats.host,
        WASMCLOUD_NATS_PORT: String(nats.port),
      };
      const [program, script] = JSON.parse(/CMD (\[.*\])$/.exec(last('HEALTHCHECK'))[1]);
      expect([program, script]).toEqual(['node', '/opt/wasmlattice/healthcheck.mjs']);
      const healthCheck = join(root, 'deploy/container/healthcheck.mjs');
      const check = async () => (await run(node26, [healthCheck], { env })).code;
      expect(await check()).toBe(1);
      await using started = startChild(node26, [host], env);
      await started.waitForLine(/host started/);
      expect(await check()).toBe(0);
      started.signal('SIGTERM');
      expect(await started.exited).toBe(0);
      expect(await check()).toBe(1);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('the unit of systemd', () => {
  let unit;
  let source;
  beforeAll(async () => {
    source = await text('deploy/systemd/wasmlattice-host.service');
    unit = parseUnit(source);
  });
  const service = (key) => unit.get('Service').findLast(([name]) => name === key)?.[1];

  test('starts the program of the host, with variables that it knows', async () => {
    const { bin } = JSON.parse(await text('apps/host/package.json'));
    expect(Object.keys(bin)).toContain(service('ExecStart').split('/').at(-1));
    expect(unknownVariables(Object.keys(environmentOfUnit(unit)), settings)).toEqual([]);
  });

  test('may write where it tells the host to', () => {
    const { WASMLATTICE_DATA_DIR, WASMLATTICE_CACHE } = environmentOfUnit(unit);
    expect(`/var/lib/${service('StateDirectory')}`).toBe(WASMLATTICE_DATA_DIR);
    expect(`/var/cache/${service('CacheDirectory')}`).toBe(WASMLATTICE_CACHE);
  });

  test('waits for longer than the host takes to stop, and lets it compile', async () => {
    expect(Number(service('TimeoutStopSec'))).toBeGreaterThan(10);
    expect(service('MemoryDenyWriteExecute')).toBe(undefined);
  });

  test.skipIf(systemd.code !== 0)('is what systemd takes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wasmlattice-unit-'));
    try {
      // It looks for the program, too.
      const file = join(folder, 'wasmlattice-host.service');
      await writeFile(file, source.replace(service('ExecStart'), node26));
      const { output } = await run('systemd-analyze', ['verify', file]);
      // It tells of other units of the machine as well.
      expect(output.split('\n').filter((line) => line.includes('wasmlattice-host.service'))).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('the manifests for Kubernetes', () => {
  let objects;
  beforeAll(async () => {
    const files = ['deploy/kubernetes/nats.yaml', 'deploy/kubernetes/hosts.yaml'];
    objects = (await Promise.all(files.map(text))).flatMap((source) =>
      parseAllDocuments(source).map((document) => {
        expect(document.errors).toEqual([]);
        return document.toJS();
      }),
    );
  });
  const ofKind = (...kinds) => objects.filter(({ kind }) => kinds.includes(kind));
  const pods = () => ofKind('Deployment', 'StatefulSet').map(({ spec }) => spec);
  const hostContainer = () =>
    pods()
      .flatMap(({ template }) => template.spec.containers)
      .find(({ name }) => name === 'host');

  test('name what they are', () => {
    for (const object of objects) {
      expect(object).toMatchObject({ apiVersion: expect.any(String), kind: expect.any(String) });
      expect(object.metadata.name).toMatch(/^[a-z0-9-]+$/);
    }
  });

  test('select pods that are there, and ports that they have', () => {
    const labels = pods().map(({ template }) => template.metadata.labels);
    const selectors = [
      ...ofKind('Service').map(({ spec }) => spec.selector),
      ...[...pods(), ...ofKind('PodDisruptionBudget').map(({ spec }) => spec)].map(
        ({ selector }) => selector.matchLabels,
      ),
    ];
    for (const selector of selectors) expect(labels).toContainEqual(expect.objectContaining(selector));
    for (const { template } of pods()) {
      for (const container of template.spec.containers) {
        const ports = container.ports.map(({ name }) => name);
        for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'])
          if (container[probe] !== undefined) expect(ports).toContain(container[probe].httpGet.port);
      }
    }
  });

  test('mount volumes that are there, as a user without rights', () => {
    for (const { template, volumeClaimTemplates = [] } of pods()) {
      const { volumes, containers, securityContext } = template.spec;
      const known = [
        ...volumes.map(({ name }) => name),
        ...volumeClaimTemplates.map(({ metadata }) => metadata.name),
      ];
      for (const { name } of containers.flatMap(({ volumeMounts }) => volumeMounts))
        expect(known).toContain(name);
      expect(securityContext.runAsNonRoot).toBe(true);
    }
  });

  test('give the host flags and variables that it knows, and time to stop', () => {
    const { args, env } = hostContainer();
    expect(args.filter((arg) => !settings.flags.has(arg.split('=')[0]))).toEqual([]);
    expect(
      unknownVariables(
        env.map(({ name }) => name),
        settings,
      ),
    ).toEqual([]);
    const timeout = Number(env.find(({ name }) => name === 'WASMLATTICE_SHUTDOWN_TIMEOUT_MS').value);
    const [deployment] = ofKind('Deployment');
    const { terminationGracePeriodSeconds } = deployment.spec.template.spec;
    const [, pause] = hostContainer().lifecycle.preStop.exec.command;
    expect(terminationGracePeriodSeconds).toBeGreaterThan(timeout / 1_000 + Number(pause));
  });

  test('write to volumes only, those that the image has', async () => {
    const { VOLUME } = Object.fromEntries(
      parseContainerfile(await text('deploy/container/Containerfile')).map(({ name, text: what }) => [
        name,
        what,
      ]),
    );
    const { securityContext, volumeMounts } = hostContainer();
    expect(securityContext.readOnlyRootFilesystem).toBe(true);
    expect(volumeMounts.map(({ mountPath }) => mountPath)).toEqual(expect.arrayContaining(VOLUME));
  });
});
