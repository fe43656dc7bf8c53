import type { LinkRow, PlacedStart, SecretEntries, ServedComponentHandle } from '@wasmlattice/component-host';
import type { ScaleComponentCommand } from '@wasmlattice/control-interface';
import type { EventName } from '@wasmlattice/events';
import { createSigningKey, signToken, type Token } from '@wasmlattice/identity';
import { noopLogger } from '@wasmlattice/telemetry';
import { defaultLimits, noFigures } from '@wasmlattice/wasm-runtime';
import { describe, expect, it } from 'vitest';
import { ArtifactError } from '../artifacts/artifact-error.js';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import type { SignatureRules } from '../claims/signature-rules.js';
import { openPolicyGate, type PolicyGate } from '../policy/policy-gate.js';
import {
  createEventRecorder,
  createMemoryConfigStore,
  createMemoryLatticeStore,
  createMemorySecrets,
  type EventRecorder,
  keyvalueLink,
} from '../testing/fakes.js';
import { createComponentService } from './component-service.js';

/** A served component that notes what it was last told. */
interface FakeServed extends ServedComponentHandle {
  readonly data: PlacedStart;
  maxInstances: number;
  links: readonly LinkRow[];
  /** Those it had when it was last asked whether it knows them. */
  settledLinks: readonly LinkRow[] | undefined;
  config: Readonly<Record<string, string>>;
  secrets: SecretEntries | undefined;
  stoppedWithin: number | undefined;
}

const graceMs = 50;
const row = (target: string): LinkRow => ({ linkName: 'default', instance: 'wasi:keyvalue/store', target });

function scale(changes: Partial<ScaleComponentCommand> = {}): ScaleComponentCommand {
  return {
    componentId: 'counter',
    componentRef: 'file:///one.wasm',
    maxInstances: 4,
    annotations: { app: 'demo' },
    hostId: '',
    config: [],
    allowUpdate: false,
    ...changes,
  };
}

const account = createSigningKey('account');

function tokenOf(name: string, revision: number): Token<'component'> {
  const metadata = { name, revision, hash: '', provider: false };
  return signToken('component', { subject: `M${name}`, issuedAt: 1, metadata }, account);
}

/** A service with fakes around it. `beforeStart` holds up, or fails, the start of a runner. */
function setUp(
  options: {
    beforeStart?: (data: PlacedStart) => Promise<void>;
    artifacts?: Partial<ArtifactStore>;
    maxComponents?: number;
    policy?: Pick<PolicyGate, 'allowComponentStart'>;
    admitComponent?: SignatureRules['admitComponent'];
  } = {},
) {
  const events = createEventRecorder();
  const configs = createMemoryConfigStore({ one: { a: '1' }, two: { a: '2', b: '2' } });
  const secrets = createMemorySecrets({ SECRET_password: 'hunter2' });
  const lattice = createMemoryLatticeStore(({ id, current }) => service.setLinks(id, current?.links ?? []));
  const runners: FakeServed[] = [];
  const service = createComponentService({
    hostId: 'NHOST',
    maxComponents: options.maxComponents ?? 10_000,
    limits: { ...defaultLimits, 'execution-time': 10_000, memory: 1_000_000 },
    residentMemoryBytes: 1_000_000_000,
    artifacts: {
      fetchComponent: async (source) => ({ bytes: new Uint8Array(new SharedArrayBuffer(4)), source }),
      fetchProvider: async () => ({ kind: 'builtin', name: 'none' }),
      ...options.artifacts,
    },
    policy: options.policy ?? openPolicyGate,
    signatures: { admitComponent: options.admitComponent ?? (() => {}) },
    lattice,
    configs,
    secrets,
    events,
    logger: noopLogger,
    graceMs,
    places: {
      async serve(data) {
        await options.beforeStart?.(data);
        const runner: FakeServed = {
          data,
          maxInstances: data.maxInstances,
          links: data.links,
          settledLinks: undefined,
          config: Object.fromEntries(data.config),
          secrets: data.secrets,
          stoppedWithin: undefined,
          scale: (max) => {
            runner.maxInstances = max;
          },
          setLinks: (links) => {
            runner.links = links;
          },
          setConfig: (config) => {
            runner.config = Object.fromEntries(config);
          },
          setSecrets: (entries) => {
            runner.secrets = entries;
          },
          readBytes: async () => data.bytes,
          figures: async () => ({ ...noFigures, invocations: 7, running: 1, waiting: 0, refused: 0 }),
          settled: async () => {
            runner.settledLinks = runner.links;
          },
          stop: async (withinMs) => {
            runner.stoppedWithin = withinMs;
          },
        };
        runners.push(runner);
        return runner;
      },
    },
  });
  const runner = (index = runners.length - 1): FakeServed => {
    const found = runners[index];
    if (found === undefined) throw new Error(`there is no runner ${index}`);
    return found;
  };
  return { service, events, configs, secrets, lattice, runners, runner };
}

describe('scale', () => {
  it('answers at once, then starts the component and tells so with the annotations of the command', async () => {
    const { service, events, lattice, runner } = setUp();
    const command = scale({ config: ['one', 'two'], componentLimits: { maxExecutionTime: 2 } });
    expect(service.scale(command)).toEqual({ tag: 'ok', message: '' });
    expect(service.isRunning('counter')).toBe(false);
    expect(await events.waitFor('component_scaled')).toEqual({
      componentId: 'counter',
      hostId: 'NHOST',
      imageRef: 'file:///one.wasm',
      maxInstances: 4,
      annotations: { app: 'demo' },
    });
    expect(runner().data).toMatchObject({
      componentId: 'counter',
      maxInstances: 4,
      limits: { 'execution-time': 2_000 },
    });
    expect(runner().config).toEqual({ a: '2', b: '2' });
    expect(lattice.spec('counter')).toEqual({ url: 'file:///one.wasm', links: [] });
    expect(service.describe()).toEqual([
      {
        id: 'counter',
        imageRef: 'file:///one.wasm',
        annotations: { app: 'demo' },
        revision: 0,
        maxInstances: 4,
        limits: { maxExecutionTime: 2 },
        config: ['one', 'two'],
      },
    ]);
  });

  it('starts no more components than the host may run, and the next one when there is room', async () => {
    const { service, events } = setUp({ maxComponents: 2 });
    for (const componentId of ['one', 'two', 'three']) service.scale(scale({ componentId }));
    const refused = await events.waitFor('component_scale_failed');
    expect(refused).toMatchObject({
      componentId: 'three',
      error: expect.stringContaining(
        'this host runs 2 components already, the most that --max-components allows',
      ),
    });
    await expect.poll(() => service.describe().map(({ id }) => id)).toEqual(['one', 'two']);
    service.scale(scale({ componentId: 'one', maxInstances: 0 }));
    await expect.poll(() => service.isRunning('one')).toBe(false);
    service.scale(scale({ componentId: 'three' }));
    await expect.poll(() => service.isRunning('three')).toBe(true);
  });

  it('tells what its token says in events, inventory and the lattice, from its start to its stop', async () => {
    const tokens = new Map([
      ['file:///one.wasm', tokenOf('one', 1)],
      ['file:///two.wasm', tokenOf('two', 2)],
    ]);
    const fetchComponent: ArtifactStore['fetchComponent'] = async (reference) => ({
      bytes: new Uint8Array(new SharedArrayBuffer(4)),
      token: tokens.get(reference),
      source: reference,
    });
    const { service, events, lattice } = setUp({ artifacts: { fetchComponent } });
    service.scale(scale());
    const [one, two] = ['one', 'two'].map((name) => ({
      name,
      issuer: account.publicKey,
      subject: `M${name}`,
    }));
    expect(await events.waitFor('component_scaled')).toMatchObject({ claims: { ...one, revision: 1 } });
    expect(service.describe()).toMatchObject([{ name: 'one', revision: 1 }]);
    expect(lattice.claims()).toMatchObject([{ kind: 'component', ...one, revision: '1' }]);
    service.scale(scale({ maxInstances: 9 }));
    expect(await events.waitFor('component_scaled', 2)).toMatchObject({ maxInstances: 9, claims: one });
    service.update({ componentId: 'counter', newComponentRef: 'file:///two.wasm', hostId: '' });
    expect(await events.waitFor('component_scaled', 3)).toMatchObject({ claims: { ...two, revision: 2 } });
    expect(service.describe()).toMatchObject([{ name: 'two', revision: 2 }]);
    expect(lattice.claims()).toHaveLength(2);
    service.scale(scale({ config: ['missing'] }));
    expect(await events.waitFor('component_scale_failed')).toMatchObject({ publicKey: 'Mtwo' });
    service.scale(scale({ maxInstances: 0 }));
    expect(await events.waitFor('component_scaled', 4)).toMatchObject({ maxInstances: 0, claims: two });
  });

  it('starts nothing that its token does not allow, and an update leaves what runs', async () => {
    const { service, events, lattice, runners } = setUp({
      admitComponent: (reference) => {
        if (reference === 'file:///bad.wasm') throw new Error('signature is not valid');
      },
    });
    service.scale(scale({ componentRef: 'file:///bad.wasm' }));
    expect(await events.waitFor('component_scale_failed')).toMatchObject({ error: 'signature is not valid' });
    expect(lattice.spec('counter')).toBeUndefined();
    service.scale(scale());
    await events.waitFor('component_scaled');
    service.update({ componentId: 'counter', newComponentRef: 'file:///bad.wasm', hostId: '' });
    service.scale(scale({ maxInstances: 7 }));
    await events.waitFor('component_scaled', 2);
    expect(runners).toHaveLength(1);
    expect(service.describe()).toMatchObject([{ imageRef: 'file:///one.wasm' }]);
  });

  it('keeps the host id of the command in the event, as upstream does', async () => {
    const { service, events } = setUp();
    service.scale(scale({ hostId: 'NOTHER' }));
    expect(await events.waitFor('component_scaled')).toMatchObject({ hostId: 'NOTHER' });
  });

  it('lets no component run longer than the host allows', async () => {
    const { service, events, runner } = setUp();
    service.scale(scale({ componentLimits: { maxExecutionTime: 60 } }));
    await events.waitFor('component_scaled');
    expect(runner().data.limits['execution-time']).toBe(10_000);
  });

  it("gives a component the memory of its own limit, else of the host's", async () => {
    const { service, events, runners } = setUp();
    service.scale(scale({ componentId: 'a', componentLimits: { maxMemoryLimit: 2_000_000 } }));
    await events.waitFor('component_scaled');
    service.scale(scale({ componentId: 'b' }));
    await events.waitFor('component_scaled', 2);
    expect(runners.map(({ data }) => data.limits.memory)).toEqual([2_000_000, 1_000_000]);
  });

  it('starts a component again when its limits change, and keeps them when none are given', async () => {
    const { service, events, runners } = setUp();
    service.scale(scale({ componentLimits: { maxMemoryLimit: 2_000_000 } }));
    service.scale(scale({ componentLimits: { maxMemoryLimit: 3_000_000 }, maxInstances: 9 }));
    service.scale(scale({ componentLimits: undefined, maxInstances: 8 }));
    service.scale(scale({ componentLimits: { maxMemoryLimit: 3_000_000 }, maxInstances: 7 }));
    expect(await events.waitFor('component_scaled', 4)).toMatchObject({ maxInstances: 7 });
    expect(runners.map(({ data }) => [data.limits.memory, data.maxInstances])).toEqual([
      [2_000_000, 4],
      [3_000_000, 9],
    ]);
    expect(service.describe()).toMatchObject([{ maxInstances: 7, limits: { maxMemoryLimit: 3_000_000 } }]);
  });

  it('changes the number of a running component without starting it again', async () => {
    const { service, events, runners, runner } = setUp();
    service.scale(scale());
    service.scale(scale({ maxInstances: 9, annotations: { app: 'changed' } }));
    expect(await events.waitFor('component_scaled', 2)).toMatchObject({ maxInstances: 9 });
    expect(runners).toHaveLength(1);
    expect(runner().maxInstances).toBe(9);
    expect(service.describe()).toMatchObject([{ maxInstances: 9, annotations: { app: 'changed' } }]);
  });

  it('tells that all is as asked when nothing changes', async () => {
    const { service, events, runners } = setUp();
    service.scale(scale());
    service.scale(scale());
    expect(await events.waitFor('component_scaled', 2)).toEqual(await events.waitFor('component_scaled'));
    expect(runners).toHaveLength(1);
  });

  it('stops at a number of 0 and closes its configuration', async () => {
    const { service, events, configs, runner } = setUp();
    service.scale(scale({ config: ['one'] }));
    service.scale(scale({ maxInstances: 0 }));
    expect(await events.waitFor('component_scaled', 2)).toMatchObject({
      maxInstances: 0,
      imageRef: 'file:///one.wasm',
    });
    expect(runner().stoppedWithin).toBe(graceMs);
    expect(service.describe()).toEqual([]);
    expect(configs.bundles()).toBe(0);
  });

  it('stops what does not run without fetching anything', async () => {
    const fetchComponent = () => Promise.reject(new Error('not to be fetched'));
    const { service, events, runners } = setUp({ artifacts: { fetchComponent } });
    service.scale(scale({ maxInstances: 0 }));
    expect(await events.waitFor('component_scaled')).toMatchObject({ maxInstances: 0 });
    expect(runners).toEqual([]);
  });

  it('carries out the commands for one component in their order', async () => {
    const { service, events, runners } = setUp();
    for (const maxInstances of [1, 2, 0, 3]) service.scale(scale({ maxInstances }));
    await events.waitFor('component_scaled', 4);
    expect(events.events.map(({ data }) => 'maxInstances' in data && data.maxInstances)).toEqual([
      1, 2, 0, 3,
    ]);
    expect(runners.map(({ data, stoppedWithin }) => [data.maxInstances, stoppedWithin])).toEqual([
      [1, graceMs],
      [3, undefined],
    ]);
  });

  it('does not let a slow start of one component hold up another', async () => {
    const gate = Promise.withResolvers<void>();
    const { service, events } = setUp({
      beforeStart: async ({ componentId }) => (componentId === 'slow' ? gate.promise : undefined),
    });
    service.scale(scale({ componentId: 'slow' }));
    service.scale(scale());
    expect(await events.waitFor('component_scaled')).toMatchObject({ componentId: 'counter' });
    gate.resolve();
    expect(await events.waitFor('component_scaled', 2)).toMatchObject({ componentId: 'slow' });
  });
});

describe('a failing start', () => {
  it('is told with its causes, leaves nothing behind, and a later start works', async () => {
    let broken = true;
    const { service, events, configs } = setUp({
      async beforeStart() {
        if (broken) throw new Error('does not compile', { cause: new Error('bad magic number') });
      },
    });
    service.scale(scale({ config: ['one'] }));
    expect(await events.waitFor('component_scale_failed')).toEqual({
      componentId: 'counter',
      hostId: 'NHOST',
      imageRef: 'file:///one.wasm',
      maxInstances: 4,
      annotations: { app: 'demo' },
      error: 'does not compile: bad magic number',
    });
    expect(service.isRunning('counter')).toBe(false);
    expect(configs.bundles()).toBe(0);
    broken = false;
    service.scale(scale());
    await events.waitFor('component_scaled');
    expect(service.isRunning('counter')).toBe(true);
  });

  it('names the artifact that can not be had, or the configuration that is missing', async () => {
    const fetchComponent = () => Promise.reject(new ArtifactError('no such file'));
    const unfetched = setUp({ artifacts: { fetchComponent } });
    unfetched.service.scale(scale());
    expect(await unfetched.events.waitFor('component_scale_failed')).toMatchObject({ error: 'no such file' });

    const unconfigured = setUp();
    unconfigured.service.scale(scale({ config: ['missing'] }));
    const { error } = await unconfigured.events.waitFor('component_scale_failed');
    expect(error).toContain('Config missing does not exist');
  });

  it('leaves a running component as it is when its new configuration is missing', async () => {
    const { service, events, configs, runner } = setUp();
    service.scale(scale({ config: ['one'] }));
    service.scale(scale({ config: ['missing'], maxInstances: 9 }));
    await events.waitFor('component_scale_failed');
    expect(service.describe()).toMatchObject([{ maxInstances: 4 }]);
    configs.set('one', { a: 'still followed' });
    expect(runner().config).toEqual({ a: 'still followed' });
  });
});

describe('configuration', () => {
  it('reaches a running component when a value changes', async () => {
    const { service, events, configs, runner } = setUp();
    service.scale(scale({ config: ['one', 'two'] }));
    await events.waitFor('component_scaled');
    configs.set('two', { b: 'new' });
    expect(runner().config).toEqual({ a: '1', b: 'new' });
  });

  it('reaches a component whose worker was starting when the value changed', async () => {
    const gate = Promise.withResolvers<void>();
    const starting = Promise.withResolvers<void>();
    const { service, events, configs, runner } = setUp({
      beforeStart: () => {
        starting.resolve();
        return gate.promise;
      },
    });
    service.scale(scale({ config: ['one'] }));
    await starting.promise;
    configs.set('one', { a: 'meanwhile' });
    gate.resolve();
    await events.waitFor('component_scaled');
    expect(runner().config).toEqual({ a: 'meanwhile' });
  });

  it('follows the list of the latest command and no longer the one before', async () => {
    const { service, events, configs, runners, runner } = setUp();
    service.scale(scale({ config: ['one'] }));
    service.scale(scale({ config: ['two'] }));
    await events.waitFor('component_scaled', 2);
    expect(runners).toHaveLength(1);
    expect(runner().config).toEqual({ a: '2', b: '2' });
    configs.set('one', { a: 'no longer mine' });
    expect(runner().config).toEqual({ a: '2', b: '2' });
    expect(configs.bundles()).toBe(1);
  });
});

describe('secrets', () => {
  const entries = (value: string): SecretEntries => [['SECRET_password', { kind: 'string', value }]];

  it('are asked for by the token of the component and for its application, apart from its configs', async () => {
    const token = tokenOf('one', 1);
    const fetchComponent: ArtifactStore['fetchComponent'] = async (source) => ({
      bytes: new Uint8Array(new SharedArrayBuffer(4)),
      token,
      source,
    });
    const { service, events, secrets, runner } = setUp({ artifacts: { fetchComponent } });
    const annotations = { 'wasmcloud.dev/appspec': 'shop' };
    service.scale(scale({ config: ['SECRET_password', 'one'], annotations }));
    await events.waitFor('component_scaled');
    expect(runner()).toMatchObject({ config: { a: '1' }, secrets: entries('hunter2') });
    expect(secrets.owners).toEqual([{ token: token.text, application: 'shop' }]);
  });

  it('that can not be had fail the start, and nothing is followed then', async () => {
    const { service, events, configs, secrets, runners } = setUp();
    service.scale(scale({ config: ['one', 'SECRET_gone'] }));
    const { error } = await events.waitFor('component_scale_failed');
    expect(error).toBe('Unable to fetch requested secrets: SECRET_gone is missing');
    expect([runners.length, configs.bundles(), secrets.followed()]).toEqual([0, 0, 0]);
  });

  it('reach a component that runs when they change, until it stops', async () => {
    const { service, events, secrets, runner } = setUp();
    service.scale(scale({ config: ['SECRET_password'] }));
    await events.waitFor('component_scaled');
    secrets.set('SECRET_password', 'second');
    expect(runner().secrets).toEqual(entries('second'));
    service.scale(scale({ maxInstances: 0 }));
    await events.waitFor('component_scaled', 2);
    secrets.set('SECRET_password', 'third');
    expect(runner().secrets).toEqual(entries('second'));
    expect(secrets.followed()).toBe(0);
  });

  it('come and go with the list of a command, in place', async () => {
    const { service, events, secrets, runners, runner } = setUp();
    service.scale(scale({ config: ['one'] }));
    await events.waitFor('component_scaled');
    service.scale(scale({ config: ['one', 'SECRET_password'] }));
    await events.waitFor('component_scaled', 2);
    expect(runner().secrets).toEqual(entries('hunter2'));
    secrets.set('SECRET_password', 'second');
    expect(runner().secrets).toEqual(entries('second'));
    service.scale(scale({ config: ['one'] }));
    await events.waitFor('component_scaled', 3);
    expect(runner().secrets).toEqual([]);
    expect([runners.length, secrets.followed()]).toEqual([1, 0]);
  });
});

describe('isolation', () => {
  const key = 'wasmlattice.dev/isolation';

  it('is what the annotation says, and kept by commands that say nothing', async () => {
    const { service, events, runners } = setUp();
    service.scale(scale({ annotations: { [key]: 'process' } }));
    await events.waitFor('component_scaled');
    service.scale(scale({ maxInstances: 8, annotations: { app: 'demo' } }));
    await events.waitFor('component_scaled', 2);
    service.update({
      componentId: 'counter',
      newComponentRef: 'file:///two.wasm',
      hostId: '',
      annotations: {},
    });
    await events.waitFor('component_scaled', 3);
    expect(runners.map(({ data }) => [data.imageRef, data.isolation])).toEqual([
      ['file:///one.wasm', 'process'],
      ['file:///two.wasm', 'process'],
    ]);
    expect(service.describe()[0]?.annotations).toEqual({ [key]: 'process' });
  });

  it('that changes starts the component anew before the old one stops', async () => {
    const { service, events, runner } = setUp();
    service.scale(scale({ componentLimits: { maxExecutionTime: 2 } }));
    await events.waitFor('component_scaled');
    service.scale(scale({ annotations: { [key]: 'thread' } }));
    await events.waitFor('component_scaled', 2);
    expect([runner(0), runner(1)].map(({ data, stoppedWithin }) => [data.isolation, stoppedWithin])).toEqual([
      ['shared', graceMs],
      ['thread', undefined],
    ]);
    expect(runner(1).data.limits['execution-time']).toBe(2_000);
    service.scale(scale({ annotations: { [key]: 'thread' } }));
    await events.waitFor('component_scaled', 3);
    expect(() => runner(2)).toThrow();
  });

  it('follows an entry of the config, which the guest does not see', async () => {
    const { service, events, configs, runner, runners } = setUp();
    configs.set('tier', { [key]: 'process', a: '1' });
    service.scale(scale({ config: ['tier'] }));
    await events.waitFor('component_scaled');
    expect(runner().data.isolation).toBe('process');
    expect(runner().config).toEqual({ a: '1' });
    configs.set('tier', { [key]: 'thread', a: '2' });
    await expect.poll(() => runners.map(({ data }) => data.isolation)).toEqual(['process', 'thread']);
    expect(runner().config).toEqual({ a: '2' });
    configs.set('tier', { [key]: 'none', a: '3' });
    expect(runner().config).toEqual({ a: '3' });
    service.scale(scale({ config: ['one'] }));
    await events.waitFor('component_scaled', 2);
    expect(runner().data.isolation).toBe('shared');
  });

  it('of an unknown name is refused by all commands but a stop', async () => {
    const { service, events, configs, runners } = setUp();
    const annotations = { [key]: 'vm' };
    const message = `annotation ${key} is "vm": it must be one of shared, thread, process`;
    expect(service.scale(scale({ annotations }))).toEqual({ tag: 'failed', message });
    expect(await events.waitFor('component_scale_failed')).toMatchObject({ error: message });
    configs.set('tier', { [key]: 'vm' });
    service.scale(scale({ config: ['tier'] }));
    expect(await events.waitFor('component_scale_failed', 2)).toMatchObject({
      error: `config entry ${key} is "vm": it must be one of shared, thread, process`,
    });
    expect(runners).toEqual([]);
    expect(configs.bundles()).toBe(0);

    service.scale(scale());
    await events.waitFor('component_scaled');
    const update = { componentId: 'counter', newComponentRef: 'file:///two.wasm', hostId: '', annotations };
    expect(service.update(update)).toEqual({ tag: 'failed', message });
    expect(service.scale(scale({ maxInstances: 0, annotations })).tag).toBe('ok');
    await events.waitFor('component_scaled', 2);
  });
});

describe('links', () => {
  it('that were put before, while and after the worker starts are all known to it', async () => {
    const gate = Promise.withResolvers<void>();
    const starting = Promise.withResolvers<void>();
    const { service, events, lattice, runner } = setUp({
      beforeStart: () => {
        starting.resolve();
        return gate.promise;
      },
    });
    const put = (target: string) =>
      lattice.update('counter', (spec = { url: '', links: [] }) => ({
        ...spec,
        links: [...spec.links, keyvalueLink({ target })],
      }));
    await put('before');
    service.scale(scale());
    await starting.promise;
    await put('while');
    gate.resolve();
    await events.waitFor('component_scaled');
    expect(runner().data.links).toEqual([row('before')]);
    expect(runner().links).toEqual([row('before'), row('while')]);
    await put('after');
    expect(runner().links).toEqual([row('before'), row('while'), row('after')]);
  });

  it('are settled when the runner knows them, and at once for a component that does not run here', async () => {
    const { service, events, lattice, runner } = setUp();
    service.scale(scale());
    await events.waitFor('component_scaled');
    await lattice.update('counter', () => ({ url: '', links: [keyvalueLink({ target: 'kv' })] }));
    await service.settled('counter');
    expect(runner().settledLinks).toEqual([row('kv')]);
    await service.settled('unknown');
  });

  it('that were put while new code starts are known to the new code', async () => {
    const gate = Promise.withResolvers<void>();
    const starting = Promise.withResolvers<void>();
    let starts = 0;
    const { service, events, lattice, runner } = setUp({
      async beforeStart() {
        if (++starts === 1) return;
        starting.resolve();
        await gate.promise;
      },
    });
    service.scale(scale());
    await events.waitFor('component_scaled');
    service.update({ componentId: 'counter', newComponentRef: 'file:///two.wasm', hostId: '' });
    await starting.promise;
    await lattice.update('counter', () => ({ url: '', links: [keyvalueLink({ target: 'late' })] }));
    gate.resolve();
    await events.waitFor('component_scaled', 2);
    expect(runner(1).links).toEqual([row('late')]);
  });
});

describe('update', () => {
  it('replaces the code, keeps the number, and stops the old code once the new is ready', async () => {
    const { service, events, runners, runner } = setUp();
    service.scale(scale());
    await events.waitFor('component_scaled');
    const update = { componentId: 'counter', newComponentRef: 'file:///two.wasm', hostId: '' };
    expect(service.update(update)).toEqual({
      tag: 'ok',
      message: 'component counter updating from file:///one.wasm to file:///two.wasm',
    });
    expect(await events.waitFor('component_scaled', 2)).toMatchObject({
      imageRef: 'file:///two.wasm',
      maxInstances: 4,
      annotations: { app: 'demo' },
    });
    expect(runners.map(({ stoppedWithin }) => stoppedWithin)).toEqual([graceMs, undefined]);
    expect(runner().data).toMatchObject({ imageRef: 'file:///two.wasm', maxInstances: 4 });
  });

  it('reads a file again, and nothing of a registry that it has', async () => {
    const { service, events, runners } = setUp();
    service.scale(scale({ componentRef: 'file:///one.wasm' }));
    await events.waitFor('component_scaled');
    service.update({ componentId: 'counter', newComponentRef: 'file:///one.wasm', hostId: '' });
    await events.waitFor('component_scaled', 2);
    expect(runners).toHaveLength(2);
    const newComponentRef = 'registry.test/one:1';
    service.update({ componentId: 'counter', newComponentRef, hostId: '' });
    await events.waitFor('component_scaled', 3);
    expect(service.update({ componentId: 'counter', newComponentRef, hostId: '' }).message).toBe(
      'component counter already updated to registry.test/one:1',
    );
  });

  it('takes annotations that are given', async () => {
    const { service, events } = setUp();
    service.scale(scale());
    await events.waitFor('component_scaled');
    const annotations = { app: 'other' };
    service.update({ componentId: 'counter', newComponentRef: 'file:///two.wasm', hostId: '', annotations });
    expect(await events.waitFor('component_scaled', 2)).toMatchObject({ annotations });
  });

  it('refuses a component that does not run', () => {
    const { service } = setUp();
    const update = { componentId: 'unknown', newComponentRef: 'file:///two.wasm', hostId: '' };
    expect(service.update(update)).toEqual({ tag: 'failed', message: 'component unknown not found' });
  });

  it('leaves the old code running when the new can not start', async () => {
    const { service, events, runner, runners } = setUp({
      async beforeStart({ imageRef }) {
        if (imageRef === 'file:///bad.wasm') throw new Error('bad bytes');
      },
    });
    service.scale(scale());
    await events.waitFor('component_scaled');
    service.update({ componentId: 'counter', newComponentRef: 'file:///bad.wasm', hostId: '' });
    service.scale(scale({ maxInstances: 5 }));
    await events.waitFor('component_scaled', 2);
    expect(runners).toHaveLength(1);
    expect(runner()).toMatchObject({ stoppedWithin: undefined, maxInstances: 5 });
  });

  it('happens on a scale command only if that allows it, and the answer says which', async () => {
    const { service, events } = setUp();
    service.scale(scale());
    await events.waitFor('component_scaled');

    const other = scale({ componentRef: 'file:///two.wasm' });
    expect(service.scale(other).message).toContain(
      'will be scaled but the image reference will not be updated',
    );
    expect(await events.waitFor('component_scaled', 2)).toMatchObject({ imageRef: 'file:///one.wasm' });

    const allowed = service.scale({ ...other, allowUpdate: true });
    expect(allowed.message).toContain('the image reference will be updated afterwards');
    expect(await events.waitFor('component_scaled', 3)).toMatchObject({ imageRef: 'file:///one.wasm' });
    expect(await events.waitFor('component_scaled', 4)).toMatchObject({ imageRef: 'file:///two.wasm' });
  });
});

describe('a canary', () => {
  const image = 'file:///next.wasm';
  const canary = (share: number, componentRef = image) => ({
    componentId: 'counter',
    componentRef,
    share,
    hostId: '',
  });

  /** Each time the event of that name after the one before. */
  function following({ waitFor }: Pick<EventRecorder, 'waitFor'>) {
    const seen = new Map<string, number>();
    return <N extends EventName>(name: N) => {
      const nth = (seen.get(name) ?? 0) + 1;
      seen.set(name, nth);
      return waitFor(name, nth);
    };
  }

  it('runs beside the version there is, with its configs and links, and the inventory tells of it', async () => {
    const { service, events, lattice, runners, runner } = setUp();
    const next = following(events);
    service.scale(scale({ config: ['one'] }));
    await next('component_scaled');
    expect(service.canary(canary(0.1))).toMatchObject({ tag: 'ok' });
    const shown = { 'wasmlattice.dev/canary': image, 'wasmlattice.dev/canary-share': '10%' };
    expect(await next('component_scaled')).toMatchObject({
      imageRef: 'file:///one.wasm',
      maxInstances: 4,
      annotations: { app: 'demo', ...shown },
    });
    expect(runner().data).toMatchObject({ imageRef: image, maxInstances: 4, config: [['a', '1']] });
    expect(runner().data.canary).toBeDefined();
    expect(service.describe()).toMatchObject([
      { id: 'counter', imageRef: 'file:///one.wasm', annotations: { app: 'demo', ...shown } },
    ]);
    expect(await service.figures()).toMatchObject([{ canary: { imageRef: image, share: 0.1 } }]);
    await lattice.update('counter', (spec) => ({ url: spec?.url ?? '', links: [keyvalueLink()] }));
    expect(runners.map(({ links }) => links)).toEqual([[row('kv')], [row('kv')]]);

    service.canary(canary(0.5));
    await next('component_scaled');
    expect(runners).toHaveLength(2);
    expect(await service.figures()).toMatchObject([{ canary: { share: 0.5 } }]);

    service.canary(canary(0));
    await next('component_scaled');
    expect([runner(0).stoppedWithin, runner(1).stoppedWithin]).toEqual([undefined, graceMs]);
    expect(service.describe()).toMatchObject([{ annotations: { app: 'demo' } }]);
  });

  it('ends with an update once that serves, and with a stop', async () => {
    const { service, events, runners, runner } = setUp();
    const next = following(events);
    service.scale(scale());
    await next('component_scaled');
    service.canary(canary(0.1));
    await next('component_scaled');
    service.update({ componentId: 'counter', newComponentRef: image, hostId: '' });
    await next('component_scaled');
    expect(runners.map(({ stoppedWithin }) => stoppedWithin)).toEqual([graceMs, graceMs, undefined]);
    expect(runner().data.canary).toBeUndefined();
    service.canary(canary(0.1, 'file:///third.wasm'));
    await next('component_scaled');
    service.scale(scale({ maxInstances: 0 }));
    await next('component_scaled');
    expect(runners.slice(2).map(({ stoppedWithin }) => stoppedWithin)).toEqual([graceMs, graceMs]);
  });

  it('that can not start is told of, and the version there is goes on', async () => {
    const { service, events, runner } = setUp({
      beforeStart: async ({ canary: cells }) => {
        if (cells !== undefined) throw new Error('it can not take all calls');
      },
    });
    const next = following(events);
    expect(service.canary(canary(0.1))).toEqual({ tag: 'failed', message: 'component counter not found' });
    service.scale(scale());
    await next('component_scaled');
    service.canary(canary(0.1));
    expect(await next('component_scale_failed')).toMatchObject({
      componentId: 'counter',
      imageRef: image,
      error: 'it can not take all calls',
    });
    expect(runner().stoppedWithin).toBeUndefined();
    expect(service.describe()).toMatchObject([{ annotations: { app: 'demo' } }]);
  });
});

describe('stopAll', () => {
  it('waits for commands in progress, stops everything without events, and refuses new commands', async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const { service, events, configs, runners } = setUp({
      beforeStart() {
        begun.resolve();
        return gate.promise;
      },
    });
    service.scale(scale({ config: ['one'] }));
    await begun.promise;
    const stopped = service.stopAll(7);
    expect(service.scale(scale({ componentId: 'late' }))).toEqual({
      tag: 'failed',
      message: 'the host is stopping',
    });
    gate.resolve();
    await stopped;
    expect(runners.map(({ stoppedWithin }) => stoppedWithin)).toEqual([7]);
    expect(events.names()).toEqual(['component_scaled']);
    expect(service.describe()).toEqual([]);
    expect(configs.bundles()).toBe(0);
  });

  it('starts and replaces nothing that still waits for its turn', async () => {
    const gate = Promise.withResolvers<void>();
    const all = Promise.withResolvers<void>();
    let begun = 0;
    const { service, events, runners } = setUp({
      beforeStart() {
        begun++;
        if (begun === 4) all.resolve();
        return gate.promise;
      },
    });
    for (const componentId of ['a', 'b', 'c', 'd', 'e', 'f']) service.scale(scale({ componentId }));
    service.scale(scale({ componentId: 'a', componentLimits: { maxMemoryLimit: 2_000_000 } }));
    await all.promise;
    const stopped = service.stopAll(7);
    gate.resolve();
    await stopped;
    expect(runners.map(({ data, stoppedWithin }) => [data.componentId, stoppedWithin])).toEqual(
      ['a', 'b', 'c', 'd'].map((componentId) => [componentId, 7]),
    );
    expect(events.names().toSorted()).toEqual([
      ...Array.from({ length: 3 }, () => 'component_scale_failed'),
      ...Array.from({ length: 4 }, () => 'component_scaled'),
    ]);
  });

  it('refuses an update while it waits', async () => {
    const { service, events, runners } = setUp();
    service.scale(scale());
    await events.waitFor('component_scaled');
    const stopped = service.stopAll(7);
    const update = { componentId: 'counter', newComponentRef: 'file:///two.wasm', hostId: '' };
    expect(service.update(update)).toEqual({ tag: 'failed', message: 'the host is stopping' });
    await stopped;
    expect(runners).toHaveLength(1);
  });
});

describe('limits', () => {
  const key = (limit: string): string => `wasmlattice.dev/limits.${limit}`;

  it('of a component follow its annotations and its config, which the guest does not see', async () => {
    const { service, events, configs, runner, runners } = setUp();
    configs.set('limits', { [key('handles')]: '100', [key('tables')]: '7', a: '1' });
    service.scale(scale({ config: ['limits'], annotations: { [key('handles')]: '200' } }));
    await events.waitFor('component_scaled');
    expect(runner().data.limits).toMatchObject({ handles: 200, tables: 7, memory: 1_000_000 });
    expect(runner().config).toEqual({ a: '1' });
    configs.set('limits', { [key('tables')]: '8', a: '2' });
    await expect.poll(() => runners.map(({ data }) => data.limits.tables)).toEqual([7, 8]);
    expect(runner().config).toEqual({ a: '2' });
    service.scale(scale({ config: ['limits'], annotations: { app: 'demo' }, maxInstances: 9 }));
    await events.waitFor('component_scaled', 2);
    expect(runner().data.limits.handles).toBe(200);
    configs.set('limits', { [key('tables')]: '0', a: '3' });
    expect(runner().config).toEqual({ a: '3' });
    expect(runners).toHaveLength(2);
  });

  it('that can not be are refused with their numbers: those of a command at once', async () => {
    const { service, events, configs, runners } = setUp();
    const message = 'component limit max_memory_limit is 1: it must be from 65536 to 4294967296 bytes';
    expect(service.scale(scale({ componentLimits: { maxMemoryLimit: 1 } }))).toEqual({
      tag: 'failed',
      message,
    });
    expect(await events.waitFor('component_scale_failed')).toMatchObject({ error: message });
    expect(service.scale(scale({ componentLimits: { maxMemoryLimit: 2_000_000_000 } }))).toEqual({
      tag: 'failed',
      message:
        'component limit max_memory_limit is 2000000000, and the memory that the host may use is 1000000000: lower it, or give the host more memory',
    });
    configs.set('limits', { [key('handles')]: '1' });
    expect(service.scale(scale({ config: ['limits'] })).tag).toBe('ok');
    expect(await events.waitFor('component_scale_failed', 3)).toMatchObject({
      error: `config entry ${key('handles')} is 1: it must be from 16 to 1048576`,
    });
    expect(runners).toEqual([]);
    expect(configs.bundles()).toBe(0);
  });

  it('of the size of a component holds for what it starts with and what it is updated to', async () => {
    const fetchComponent: ArtifactStore['fetchComponent'] = async (source) => ({
      bytes: new Uint8Array(new SharedArrayBuffer(source.includes('large') ? 2_001 : 2_000)),
      source,
    });
    const { service, events, runners } = setUp({ artifacts: { fetchComponent } });
    const annotations = { [key('component-size')]: '2000' };
    const error = `component "counter" has 2001 bytes; its limit "component-size" is 2000 bytes: raise the component's config ${key('component-size')} or the host's --max-component-size-bytes`;
    service.scale(scale({ componentRef: 'file:///large.wasm', annotations }));
    expect(await events.waitFor('component_scale_failed')).toMatchObject({ error });
    service.scale(scale({ annotations }));
    await events.waitFor('component_scaled');
    service.update({ componentId: 'counter', newComponentRef: 'file:///large.wasm', hostId: '' });
    service.scale(scale({ annotations, maxInstances: 9 }));
    await events.waitFor('component_scaled', 2);
    expect(service.describe()).toMatchObject([{ imageRef: 'file:///one.wasm', maxInstances: 9 }]);
    expect(runners).toHaveLength(1);
    const tooMuch = scale({ annotations: { [key('component-size')]: '52428801' } });
    expect(service.scale(tooMuch)).toEqual({
      tag: 'failed',
      message: `annotation ${key('component-size')} is 52428801: it must be from 1024 to 52428800 bytes, which the host's --max-component-size-bytes allows`,
    });
  });
});
