import {
  contentAnnotation,
  type InterfaceLinkDefinition,
  type Link,
  type StartProviderCommand,
} from '@wasmlattice/control-interface';
import { createSigningKey, createXKey, signToken, xkeyFromSeed } from '@wasmlattice/identity';
import type { ProviderEnd, RunningProvider } from '@wasmlattice/provider-host';
import { decodeSecrets, type LinkIdentity, type SecretMap } from '@wasmlattice/provider-host/protocol';
import { noopLogger, noopMeter } from '@wasmlattice/telemetry';
import { describe, expect, it } from 'vitest';
import { parseArtifactReference } from '../artifacts/artifact-reference.js';
import type { ProviderArtifact } from '../artifacts/artifact-store.js';
import { goneLinks, newLinks, withLink } from '../link-table.js';
import { openPolicyGate } from '../policy/policy-gate.js';
import {
  createEventRecorder,
  createMemoryConfigStore,
  createMemoryLatticeStore,
  createMemorySecrets,
  keyvalueLink,
} from '../testing/fakes.js';
import type { ProviderLaunch } from './hosted-provider.js';
import type { Schedule } from './link-retries.js';
import { createProviderService, type ProviderServiceOptions } from './provider-service.js';

/** A provider that notes what it was told. */
interface FakeProvider extends RunningProvider {
  readonly config: Readonly<Record<string, string>>;
  readonly secrets: SecretMap;
  readonly links: InterfaceLinkDefinition[];
  readonly told: unknown[];
  readonly launch: ProviderLaunch;
}

const stopCommand = { providerId: 'kv', hostId: 'NHOST' };

function startCommand(changes: Partial<StartProviderCommand> = {}): StartProviderCommand {
  return {
    providerId: 'kv',
    providerRef: 'file:///srv/kv.js',
    hostId: '',
    config: [],
    annotations: { app: 'demo' },
    allowUpdate: false,
    ...changes,
  };
}

function fetched(reference: string): ProviderArtifact {
  const parsed = parseArtifactReference(reference);
  if (parsed.kind === 'oci') throw new Error('it is not to be had');
  return parsed;
}

/** A service with a launcher whose `launching` runs between what a provider is told at its start and its start. */
function setUp(
  options: {
    launching?: (launch: ProviderLaunch) => Promise<void>;
    fetchingSecrets?: () => Promise<void>;
    deliver?: (link: InterfaceLinkDefinition) => Promise<void>;
    linkTrouble?: (link: LinkIdentity) => string | undefined;
    configure?: () => Promise<void>;
    answers?: boolean;
    hasFailedLinks?: boolean;
    offersBuiltin?: boolean;
    artifacts?: ProviderServiceOptions['artifacts'];
    admitProvider?: ProviderServiceOptions['signatures']['admitProvider'];
    scheduleRetry?: Schedule;
    end?: ProviderEnd;
  } = {},
) {
  const events = createEventRecorder();
  const configs = createMemoryConfigStore({ one: { a: '1' } });
  const secrets = createMemorySecrets({ SECRET_password: 'hunter2' }, options.fetchingSecrets);
  const hostXkey = createXKey();
  const lattice = createMemoryLatticeStore(({ id, previous, current }) => {
    const [before, after] = [previous?.links ?? [], current?.links ?? []];
    const [gone, put] = [goneLinks(before, after), newLinks(before, after)];
    for (const link of gone) service.linkDeleted(link);
    for (const link of put) service.linkPut(link);
    if (gone.length + put.length === 0) service.linksPutAgain(id);
  });
  const open = ({ xkey }: Pick<ProviderLaunch, 'xkey'>, sealed: Uint8Array | undefined): SecretMap =>
    decodeSecrets(xkeyFromSeed(xkey.seed()).open(sealed ?? new Uint8Array(), hostXkey.publicKey));
  const providers: FakeProvider[] = [];
  const counted: [string, unknown][] = [];
  const launcher: ProviderServiceOptions['launcher'] = {
    offersBuiltin: () => options.offersBuiltin ?? true,
    async launch(launch) {
      const [config, secrets, links] = [launch.config(), launch.secrets(), await launch.links()];
      await options.launching?.(launch);
      const told: unknown[] = [];
      const provider: FakeProvider = {
        id: launch.providerId,
        config,
        secrets,
        links,
        told,
        launch,
        answers: options.answers ?? false,
        hasFailedLinks: options.hasFailedLinks,
        linkTrouble: (link) => options.linkTrouble?.(link),
        async putLink(link) {
          await options.deliver?.(link);
          told.push(['put', link]);
        },
        deleteLink: async ({ name }) => void told.push(['delete', name]),
        async updateConfig(values) {
          await options.configure?.();
          told.push(['config', values]);
        },
        async updateSecrets(sealed) {
          await options.configure?.();
          told.push(['secrets', open(launch, sealed)]);
        },
        restart: async () => void told.push('restart'),
        async stop(how) {
          told.push(how === undefined ? 'stop' : ['stop', how]);
          return options.end ?? {};
        },
      };
      providers.push(provider);
      return provider;
    },
  };
  const ended: string[] = [];
  const service = createProviderService({
    hostId: 'NHOST',
    artifacts: options.artifacts ?? { fetchProvider: async (reference) => fetched(reference) },
    policy: openPolicyGate,
    signatures: { admitProvider: options.admitProvider ?? (() => {}) },
    lattice,
    configs,
    secrets,
    hostXkey,
    events,
    launcher,
    scheduleRetry: options.scheduleRetry ?? (() => () => {}),
    onProcessEnd: (providerId) => ended.push(providerId),
    meter: {
      ...noopMeter,
      counter: (name) => ({ add: (_, attributes) => void counted.push([name, attributes]) }),
    },
    logger: noopLogger,
  });
  const put = (link: Link) =>
    lattice.update(link.sourceId, (spec = { url: '', links: [] }) => ({
      ...spec,
      links: withLink(spec.links, link),
    }));
  const provider = (index = 0): FakeProvider => {
    const found = providers[index];
    if (found === undefined) throw new Error(`there is no provider ${index}`);
    return found;
  };
  return { service, counted, ended, events, configs, secrets, lattice, providers, provider, put, open };
}

/** Holds up what awaits `pass` until `open` is called. */
function createGate() {
  const [reached, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  return {
    reached: reached.promise,
    open: () => opened.resolve(),
    pass: () => {
      reached.resolve();
      return opened.promise;
    },
  };
}

describe('start', () => {
  it('answers at once, launches with config and links, and tells so by the normalised reference', async () => {
    const { service, events, lattice, provider, put } = setUp();
    await put(keyvalueLink({ targetConfig: ['one'] }));
    await put(keyvalueLink({ sourceId: 'other', target: 'elsewhere' }));
    expect(service.start(startCommand({ config: ['one'] }))).toEqual({
      tag: 'ok',
      message: 'successfully started provider',
    });
    expect(service.isRunning('kv')).toBe(true);
    expect(await events.waitFor('provider_started')).toEqual({
      hostId: 'NHOST',
      providerId: 'kv',
      imageRef: '/srv/kv.js',
      annotations: { app: 'demo' },
    });
    expect(provider()).toMatchObject({
      id: 'kv',
      config: { a: '1' },
      links: [{ sourceId: 'counter', sourceConfig: {}, targetConfig: { a: '1' } }],
    });
    expect(lattice.spec('kv')).toEqual({ url: '/srv/kv.js', links: [] });
    expect(service.describe()).toEqual([
      { id: 'kv', imageRef: '/srv/kv.js', annotations: { app: 'demo' }, revision: 0, config: ['one'] },
    ]);
  });

  it('tells what its token says in its event, the inventory and the lattice', async () => {
    const account = createSigningKey('account');
    const metadata = { name: 'kv', version: '1.0.0', revision: 4, vendor: 'acme', targetHashes: new Map() };
    const token = signToken('provider', { subject: 'VKV', issuedAt: 1, metadata }, account);
    const { service, events, lattice } = setUp({
      artifacts: { fetchProvider: async () => ({ kind: 'file', path: '/srv/kv', token }) },
    });
    service.start(startCommand());
    const claims = { issuer: account.publicKey, name: 'kv', version: '1.0.0' };
    expect(await events.waitFor('provider_started')).toMatchObject({ providerId: 'kv', claims });
    expect(service.describe()).toMatchObject([{ name: 'kv', revision: 4 }]);
    expect(lattice.claims()).toMatchObject([{ kind: 'provider', subject: 'VKV', ...claims, revision: '4' }]);
  });

  it('launches nothing that its token does not allow, and leaves no record of it', async () => {
    const { service, events, lattice, providers } = setUp({
      admitProvider: () => {
        throw new Error('signature is not valid');
      },
    });
    service.start(startCommand());
    expect(await events.waitFor('provider_start_failed')).toMatchObject({ error: 'signature is not valid' });
    expect([providers, lattice.claims(), lattice.spec('kv')]).toEqual([[], [], undefined]);
    expect(service.isRunning('kv')).toBe(false);
  });

  it('refuses an id that runs or is starting', async () => {
    const { service, events, providers } = setUp();
    const refusal = { tag: 'failed', message: 'provider with that ID is already running' };
    service.start(startCommand());
    expect(service.start(startCommand())).toEqual(refusal);
    await events.waitFor('provider_started');
    expect(service.start(startCommand())).toEqual(refusal);
    expect(providers).toHaveLength(1);
  });

  it('stays silent for a builtin that is switched off, so that another host may answer', () => {
    const { service } = setUp({ offersBuiltin: false });
    expect(service.start(startCommand({ providerRef: 'wasmcloud+builtin://http-server' }))).toEqual({
      tag: 'silent',
    });
    expect(service.isRunning('kv')).toBe(false);
  });

  it('that fails is told with its causes, leaves nothing behind, and a later start works', async () => {
    let broken = true;
    const { service, events, configs, lattice } = setUp({
      async launching() {
        if (broken) throw new Error('can not be run', { cause: new Error('permission denied') });
      },
    });
    service.start(startCommand({ config: ['one'], hostId: 'NREQUESTED' }));
    expect(await events.waitFor('provider_start_failed')).toEqual({
      hostId: 'NREQUESTED',
      providerId: 'kv',
      providerRef: 'file:///srv/kv.js',
      error: 'can not be run: permission denied',
    });
    expect(configs.bundles()).toBe(0);
    expect(lattice.spec('kv')).toBeUndefined();
    // Behind the failed start in the queue of this provider.
    expect(await service.stop(stopCommand)).toMatchObject({ tag: 'failed' });
    expect(service.isRunning('kv')).toBe(false);
    broken = false;
    service.start(startCommand());
    await events.waitFor('provider_started');
  });

  it.each([
    ['', 'the image reference is empty'],
    ['ghcr.io/a/b:1', 'it is not to be had'],
  ])('of the reference %j fails with an event that says what to do', async (providerRef, reason) => {
    const { service, events } = setUp();
    expect(service.start(startCommand({ providerRef }))).toMatchObject({ tag: 'ok' });
    expect((await events.waitFor('provider_start_failed')).error).toContain(reason);
  });

  it('leaves out a link whose configuration is missing', async () => {
    const { service, events, provider, put } = setUp();
    await put(keyvalueLink({ targetConfig: ['missing'] }));
    await put(keyvalueLink({ sourceId: 'second' }));
    service.start(startCommand());
    await events.waitFor('provider_started');
    expect(provider().links.map(({ sourceId }) => sourceId)).toEqual(['second']);
  });
});

describe('links', () => {
  it('are delivered to a running provider with their values, and taken away again', async () => {
    const { service, events, lattice, provider, put } = setUp();
    service.start(startCommand());
    await events.waitFor('provider_started');
    await put(keyvalueLink({ targetConfig: ['one'] }));
    await put(keyvalueLink({ sourceId: 'other', target: 'elsewhere' }));
    await lattice.update('counter', () => ({ url: '', links: [] }));
    await service.settled(['kv']);
    expect(provider().told).toEqual([
      ['put', { ...keyvalueLink(), sourceConfig: {}, targetConfig: { a: '1' } }],
      ['delete', 'default'],
    ]);
  });

  it('put while the provider starts are delivered after its start', async () => {
    const gate = createGate();
    const { service, events, provider, put } = setUp({ launching: gate.pass });
    service.start(startCommand());
    await gate.reached;
    await put(keyvalueLink());
    gate.open();
    await events.waitFor('provider_started');
    await service.settled(['kv']);
    expect(provider().links).toEqual([]);
    expect(provider().told).toMatchObject([['put', { sourceId: 'counter' }]]);
  });

  it('are delivered again, once, when a value of their configs changes, and only then', async () => {
    const { service, events, configs, provider, put } = setUp();
    await put(keyvalueLink({ targetConfig: ['one', 'two'] }));
    configs.set('two', {});
    service.start(startCommand());
    await events.waitFor('provider_started');
    configs.set('one', { a: '2' });
    configs.set('one', { a: '2' });
    configs.set('two', { b: '3' });
    await put(keyvalueLink({ targetConfig: ['one', 'two'] }));
    await service.settled(['kv']);
    const values = provider().told.map((each) => (each as [string, InterfaceLinkDefinition])[1].targetConfig);
    expect(values.at(-1)).toEqual({ a: '2', b: '3' });
    expect(values.length).toBeLessThanOrEqual(2);
    await configs.delete('one');
    await service.settled(['kv']);
    expect(provider().told).toHaveLength(values.length);
    await service.stop(stopCommand);
    expect(configs.bundles()).toBe(0);
  });

  it('are delivered again with the values of other configs when their list changes', async () => {
    const { service, events, configs, provider, put } = setUp();
    configs.set('two', { b: '2' });
    service.start(startCommand());
    await events.waitFor('provider_started');
    await put(keyvalueLink({ targetConfig: ['one'] }));
    await put(keyvalueLink({ targetConfig: ['one', 'two'] }));
    await put(keyvalueLink({ targetConfig: ['two'] }));
    await service.settled(['kv']);
    expect(provider().told).toMatchObject([
      ['put', { targetConfig: { a: '1' } }],
      ['put', { targetConfig: { a: '1', b: '2' } }],
      ['put', { targetConfig: { b: '2' } }],
    ]);
    expect(configs.bundles()).toBe(3);
  });

  it('are listed as pending from the moment they are put, and while new values are on their way', async () => {
    const gate = createGate();
    const { service, events, configs, put } = setUp({ deliver: gate.pass });
    service.start(startCommand());
    await events.waitFor('provider_started');
    await put(keyvalueLink());
    await put(keyvalueLink({ name: 'second', targetConfig: ['one'] }));
    const listed = () => service.undeliveredLinks().map(({ name, state }) => `${name} ${state}`);
    expect(listed().sort()).toEqual(['default pending', 'second pending']);
    gate.open();
    await service.settled(['kv']);
    expect(listed()).toEqual([]);
    configs.set('one', { a: '2' });
    expect(listed()).toEqual(['second pending']);
    await service.settled(['kv']);
    expect(listed()).toEqual([]);
  });

  it('are listed as degraded while a part of the provider does not serve them', async () => {
    let trouble: string | undefined = 'one thread is deaf';
    const { service, events, put } = setUp({
      linkTrouble: ({ name }) => (name === 'default' ? trouble : undefined),
    });
    service.start(startCommand());
    await events.waitFor('provider_started');
    await put(keyvalueLink());
    await put(keyvalueLink({ name: 'second' }));
    await service.settled(['kv']);
    expect(service.undeliveredLinks()).toMatchObject([
      { name: 'default', state: 'degraded', reason: 'one thread is deaf' },
    ]);
    trouble = undefined;
    expect(service.undeliveredLinks()).toEqual([]);
  });

  it('of the start are put again to a provider that says what became of them', async () => {
    const { service, events, provider, put } = setUp({ answers: true });
    await put(keyvalueLink());
    service.start(startCommand());
    await events.waitFor('provider_started');
    expect(provider()).toMatchObject({ links: [{ name: 'default' }], told: [['put', { name: 'default' }]] });
    expect(service.undeliveredLinks()).toEqual([]);
  });

  it('that fail are told with the reason, stay listed, and are tried when they are put again', async () => {
    let broken = true;
    const { service, events, provider, put } = setUp({
      async deliver() {
        if (broken) throw new Error('address in use');
      },
    });
    service.start(startCommand());
    await events.waitFor('provider_started');
    await put(keyvalueLink());
    expect(await events.waitFor('linkdef_set_failed')).toEqual({
      ...keyvalueLink(),
      error: 'address in use',
    });
    await service.settled(['kv']);
    const { interfaces: _, sourceConfig: _s, targetConfig: _t, ...key } = keyvalueLink();
    expect(service.undeliveredLinks()).toEqual([
      { ...key, providerId: 'kv', state: 'failed', reason: 'address in use' },
    ]);
    await put(keyvalueLink());
    await events.waitFor('linkdef_set_failed', 2);
    broken = false;
    await put(keyvalueLink());
    await service.settled(['kv']);
    expect(provider().told).toMatchObject([['put', { name: 'default' }]]);
    expect(service.undeliveredLinks()).toEqual([]);
    const state = { ...key, hostId: 'NHOST', providerId: 'kv' };
    const failure = { ...state, state: 'failed', reason: 'address in use' };
    const changes = events.events.filter(({ name }) => name === 'link_state_changed');
    expect(changes.map(({ data }) => data)).toEqual([
      failure,
      failure,
      { ...state, state: 'delivered', reason: '' },
    ]);
  });

  it('that fail are tried again when another leaves or moves, without an event for the same reason', async () => {
    let taken = 'first';
    const { service, events, lattice, provider, put } = setUp({
      async deliver({ name }) {
        if (name !== taken) throw new Error('address in use');
      },
    });
    service.start(startCommand());
    await events.waitFor('provider_started');
    await put(keyvalueLink({ name: 'first' }));
    await put(keyvalueLink({ name: 'second' }));
    await put(keyvalueLink({ name: 'third' }));
    await events.waitFor('linkdef_set_failed', 2);
    taken = 'second';
    await lattice.update('counter', (spec) => ({
      url: '',
      links: (spec?.links ?? []).filter(({ name }) => name !== 'first'),
    }));
    await service.settled(['kv']);
    expect(provider().told).toMatchObject([
      ['put', { name: 'first' }],
      ['delete', 'first'],
      ['put', { name: 'second' }],
    ]);
    expect(service.undeliveredLinks()).toMatchObject([{ name: 'third' }]);
    expect(events.names().filter((name) => name === 'linkdef_set_failed')).toHaveLength(2);
  });

  it('that fail are tried again by themselves, more and more rarely, until they work', async () => {
    let broken = true;
    const planned: { readonly task: () => void; readonly ms: number }[] = [];
    const { service, events, provider, put } = setUp({
      async deliver() {
        if (broken) throw new Error('no such bucket');
      },
      scheduleRetry(task, ms) {
        planned.push({ task, ms });
        return () => {};
      },
    });
    service.start(startCommand());
    await events.waitFor('provider_started');
    await put(keyvalueLink());
    await put(keyvalueLink({ name: 'second' }));
    await events.waitFor('linkdef_set_failed', 2);
    // One wait for both.
    for (let tries = 1; tries <= 3; tries++) {
      expect(planned).toHaveLength(tries);
      planned.at(-1)?.task();
      await service.settled(['kv']);
    }
    const [first = 0, second = 0, third = 0, fourth = 0] = planned.map(({ ms }) => ms);
    expect(first).toBeLessThanOrEqual(2_000);
    for (const [shorter, longer] of [
      [first, second],
      [second, third],
      [third, fourth],
    ] as const)
      expect(longer).toBeGreaterThan(shorter);
    broken = false;
    planned.at(-1)?.task();
    await service.settled(['kv']);
    expect(provider().told).toHaveLength(2);
    expect(service.undeliveredLinks()).toEqual([]);
    expect(planned).toHaveLength(4);
    expect(events.names().filter((name) => name === 'linkdef_set_failed')).toHaveLength(2);
    const recovered = events.events.filter(({ data }) => (data as { state?: string }).state === 'delivered');
    expect(recovered).toHaveLength(2);
  });

  it('that fail are tried again when a link of another provider leaves, or that stops', async () => {
    const taken = new Set(['one', 'other']);
    const { service, events, lattice, providers, put } = setUp({
      async deliver({ target, name }) {
        if (target === 'kv' && taken.has(name)) throw new Error('address in use');
      },
    });
    for (const providerId of ['kv', 'beside']) service.start(startCommand({ providerId }));
    await events.waitFor('provider_started', 2);
    await put(keyvalueLink({ target: 'beside', name: 'holder' }));
    for (const name of taken) await put(keyvalueLink({ name, sourceId: name }));
    await events.waitFor('linkdef_set_failed', 2);
    const told = () =>
      providers.find(({ id }) => id === 'kv')?.told.map((each) => (each as [string, Link])[1].name);
    taken.delete('one');
    await lattice.update('counter', () => ({ url: '', links: [] }));
    await expect.poll(told).toEqual(['one']);
    taken.delete('other');
    await service.stop({ providerId: 'beside', hostId: 'NHOST' });
    await expect.poll(told).toEqual(['one', 'other']);
    expect(service.undeliveredLinks()).toEqual([]);
  });

  it('fail while a config is missing, and are delivered when it comes', async () => {
    const { service, events, configs, provider, put } = setUp();
    await put(keyvalueLink({ targetConfig: ['missing'] }));
    service.start(startCommand());
    await events.waitFor('provider_started');
    expect((await events.waitFor('linkdef_set_failed')).error).toContain('Config missing does not exist');
    configs.set('missing', { a: '1' });
    await service.settled(['kv']);
    expect(provider().told).toMatchObject([['put', { targetConfig: { a: '1' } }]]);
  });

  it('of a start that wrote of a failure are told again, so that it shows which one failed', async () => {
    const refused = new Error('the provider wrote that it failed: failed to connect to NATS');
    const deliver = (): Promise<void> => Promise.reject(refused);
    const { service, events, provider, put } = setUp({ hasFailedLinks: true, deliver });
    await put(keyvalueLink());
    service.start(startCommand());
    await events.waitFor('provider_started');
    await service.settled(['kv']);
    expect(provider().links).toHaveLength(1);
    expect(service.undeliveredLinks()).toMatchObject([{ state: 'failed', reason: refused.message }]);
  });

  it('do not work while their provider is down, and are told to it when it is back', async () => {
    const { service, ended, events, provider, put } = setUp({ answers: true });
    await put(keyvalueLink());
    service.start(startCommand());
    await events.waitFor('provider_started');
    const { launch } = provider();
    const exit = { code: 3, lastLines: ['out of memory'] };
    launch.onCrash({ crashes: 1, isLoop: false, restartInMs: 250, exit, lastLines: exit.lastLines });
    const failure = 'the provider exited with code 3 although it should run; its last words: out of memory';
    expect(ended).toEqual(['kv']);
    expect(service.describe()).toMatchObject([{ failure }]);
    expect(service.undeliveredLinks()).toMatchObject([
      { state: 'failed', reason: `the provider is not up: ${failure}` },
    ]);
    await launch.links();
    launch.onRestart();
    await service.settled(['kv']);
    expect(provider().told).toHaveLength(2);
    expect(service.describe()[0]).not.toHaveProperty('failure');
    expect(service.undeliveredLinks()).toEqual([]);
  });
});

describe('a provider that does not behave', () => {
  it('and gives no usable answer to health checks is told as silent, until it does', async () => {
    const { service, events, provider } = setUp();
    service.start(startCommand());
    await events.waitFor('provider_started');
    const { launch } = provider();
    launch.onSilence('it does not answer health checks');
    expect(service.describe()).toMatchObject([{ failure: 'it does not answer health checks' }]);
    launch.onSilence(undefined);
    expect(service.describe()[0]).not.toHaveProperty('failure');
    const told = events.events.filter(({ name }) => name === 'provider_state_changed');
    expect(told.map(({ data }) => data)).toMatchObject([
      { state: 'silent', reason: 'it does not answer health checks' },
      { state: 'running', reason: '' },
    ]);
  });

  it('and did not stop in order is told so', async () => {
    const failure = 'it ignored SIGTERM and was killed';
    const { service, events } = setUp({ end: { failure } });
    service.start(startCommand());
    await events.waitFor('provider_started');
    await service.stop(stopCommand);
    expect(await events.waitFor('provider_stopped')).toMatchObject({ reason: 'stop', failure });
  });
});

describe('a crash', () => {
  it('is told with the last words, in the inventory, in events and as a metric, as is the end of a row', async () => {
    const { service, counted, events, provider } = setUp();
    service.start(startCommand());
    await events.waitFor('provider_started');
    const { launch } = provider();
    const lastLines = ['loading', 'no license'];
    const exit = { code: 3, lastLines };
    launch.onCrash({ crashes: 2, isLoop: false, restartInMs: 500, exit, lastLines });
    launch.onCrash({ crashes: 3, isLoop: true, restartInMs: 1_000, exit, lastLines });
    const reason = 'the provider exited with code 3 although it should run';
    expect(service.describe()).toMatchObject([{ crashes: { count: 3, isLoop: true, reason, lastLines } }]);
    launch.onRestart();
    const common = { hostId: 'NHOST', providerId: 'kv' };
    const told = events.events.filter(({ name }) => name === 'provider_state_changed');
    expect(told.map(({ data }) => data)).toEqual([
      { ...common, state: 'restarting', reason, crashes: 2, restartInMs: 500, lastLines },
      { ...common, state: 'crash-loop', reason, crashes: 3, restartInMs: 1_000, lastLines },
      { ...common, state: 'running', reason: '', crashes: 3, lastLines: [] },
    ]);
    const one = ['wasmlattice.provider.crashes', { 'provider.id': 'kv' }];
    expect(counted).toEqual([one, one]);
  });
});

describe('configuration', () => {
  it('reaches a running provider when a value changes, until it is stopped', async () => {
    const { service, events, configs, provider } = setUp();
    service.start(startCommand({ config: ['one'] }));
    await events.waitFor('provider_started');
    configs.set('one', { a: '2' });
    await service.stop(stopCommand);
    configs.set('one', { a: '3' });
    expect(provider().told).toEqual([['config', { a: '2' }], 'stop']);
  });

  it('that changed while the provider started is told once it runs', async () => {
    const gate = createGate();
    const { service, events, configs, provider } = setUp({ launching: gate.pass });
    service.start(startCommand({ config: ['one'] }));
    await gate.reached;
    configs.set('one', { a: 'meanwhile' });
    gate.open();
    await events.waitFor('provider_started');
    expect(provider()).toMatchObject({ config: { a: '1' }, told: [['config', { a: 'meanwhile' }]] });
  });
});

describe('a change of config', () => {
  const key = 'wasmlattice.dev/on-config-change';

  it('gives the place of a provider to another where that is wanted, once for several changes', async () => {
    const { service, events, configs, provider, providers } = setUp();
    service.start(startCommand({ config: ['one'], annotations: { [key]: 'replace' } }));
    await events.waitFor('provider_started');
    configs.set('one', { a: '2' });
    configs.set('one', { a: '3' });
    await events.waitFor('provider_started', 2);
    await service.settled(['kv']);
    expect(provider(1).config).toEqual({ a: '3' });
    expect(provider().told).toEqual([['stop', { drainMs: 30_000 }]]);
    expect(providers).toHaveLength(2);
  });

  it('restarts a provider where its config says so, which it is not told of', async () => {
    const { service, events, configs, provider } = setUp();
    configs.set('one', { a: '1', [key]: 'restart' });
    service.start(startCommand({ config: ['one'] }));
    await events.waitFor('provider_started');
    expect(provider().config).toEqual({ a: '1' });
    configs.set('one', { a: '2', [key]: 'restart' });
    await service.settled(['kv']);
    expect(provider().told).toEqual(['restart']);
  });

  it('of which nobody knows what to do fails the start', async () => {
    const { service, events } = setUp();
    service.start(startCommand({ annotations: { [key]: 'reload' } }));
    expect((await events.waitFor('provider_start_failed')).error).toContain('must be tell, replace, restart');
  });
});

describe('secrets', () => {
  const text = (value: string): SecretMap => ({ SECRET_password: { kind: 'string', value } });
  const link = keyvalueLink({ targetConfig: ['one', 'SECRET_password'] });

  it('are in what a provider starts with, its own in clear and those of links sealed for it', async () => {
    const { service, events, open, provider, put } = setUp();
    await put(link);
    service.start(startCommand({ config: ['one', 'SECRET_password'] }));
    await events.waitFor('provider_started');
    const { config, launch, links, secrets } = provider();
    expect([config, secrets]).toEqual([{ a: '1' }, text('hunter2')]);
    expect(links).toMatchObject([{ targetConfig: { a: '1' }, targetSecrets: expect.any(Uint8Array) }]);
    expect(links[0]).not.toHaveProperty('sourceSecrets');
    expect(open(launch, links[0]?.targetSecrets)).toEqual(text('hunter2'));
  });

  it('that can not be had fail the start', async () => {
    const { service, events, secrets, configs } = setUp();
    service.start(startCommand({ config: ['one', 'SECRET_gone'] }));
    expect((await events.waitFor('provider_start_failed')).error).toBe(
      'Unable to fetch requested secrets: SECRET_gone is missing',
    );
    expect([configs.bundles(), secrets.followed()]).toEqual([0, 0]);
  });

  it('of a link that can not be had fail the link, which is delivered when they come', async () => {
    const { service, events, open, provider, put, secrets } = setUp();
    service.start(startCommand());
    await events.waitFor('provider_started');
    await put(keyvalueLink({ targetConfig: ['SECRET_late'] }));
    expect((await events.waitFor('linkdef_set_failed')).error).toContain('SECRET_late is missing');
    secrets.set('SECRET_late', 'at last');
    await service.settled(['kv']);
    const { launch, told } = provider();
    expect(told).toMatchObject([['put', { name: 'default' }]]);
    const [[, delivered] = []] = told as [string, InterfaceLinkDefinition][];
    expect(open(launch, delivered?.targetSecrets)).toEqual({
      SECRET_late: { kind: 'string', value: 'at last' },
    });
  });

  it('reach a provider and its links once when they change', async () => {
    const { service, events, open, provider, put, secrets } = setUp({ answers: true });
    service.start(startCommand({ config: ['SECRET_password'] }));
    await events.waitFor('provider_started');
    await put(link);
    await service.settled(['kv']);
    const { launch, told } = provider();
    told.splice(0);
    secrets.set('SECRET_password', 'second');
    secrets.set('SECRET_password', 'third');
    await service.settled(['kv']);
    const puts = told.filter((each) => Array.isArray(each) && each[0] === 'put') as [
      string,
      InterfaceLinkDefinition,
    ][];
    expect(told.filter((each) => Array.isArray(each) && each[0] === 'secrets')).toEqual([
      ['secrets', text('third')],
    ]);
    for (const [, { targetSecrets }] of puts) expect(open(launch, targetSecrets)).toEqual(text('third'));
    expect(puts.length).toBeGreaterThan(0);
    told.splice(0);
    await put(link);
    await service.settled(['kv']);
    expect(told).toEqual([]);
  });

  it('that do not come do not hold a stop up', async () => {
    const gate = createGate();
    const { service, events, secrets } = setUp({ fetchingSecrets: gate.pass });
    service.start(startCommand({ config: ['SECRET_password'] }));
    await gate.reached;
    expect(await service.stop(stopCommand)).toMatchObject({ tag: 'ok' });
    expect((await events.waitFor('provider_start_failed')).error).toMatch(/stopped before it served/);
    gate.open();
    await expect.poll(() => secrets.followed()).toBe(0);
  });

  it('that a provider does not take are listed with why', async () => {
    const { service, events, secrets } = setUp({
      async configure() {
        throw new Error('it takes them when it starts');
      },
    });
    service.start(startCommand({ config: ['SECRET_password'] }));
    await events.waitFor('provider_started');
    secrets.set('SECRET_password', 'second');
    await service.settled(['kv']);
    expect(service.describe()).toMatchObject([
      { failure: 'it does not take its secrets: it takes them when it starts' },
    ]);
  });
});

describe('a start command for what runs', () => {
  it('gives a provider other configs in place when it may', async () => {
    const { service, events, configs, provider, providers } = setUp({ answers: true });
    configs.set('two', { b: '2' });
    service.start(startCommand({ config: ['one'] }));
    await events.waitFor('provider_started');
    const update = startCommand({ config: ['one', 'two'], annotations: {}, allowUpdate: true });
    expect(service.start(update)).toEqual({ tag: 'ok', message: 'successfully updated provider' });
    expect(await events.waitFor('provider_started', 2)).toMatchObject({ annotations: {} });
    expect(service.describe()).toMatchObject([{ config: ['one', 'two'], annotations: {} }]);
    configs.set('two', { b: '3' });
    await service.settled(['kv']);
    service.start(startCommand({ config: [], allowUpdate: true }));
    await events.waitFor('provider_started', 3);
    expect(provider().told).toEqual([
      ['config', { a: '1', b: '2' }],
      ['config', { a: '1', b: '3' }],
      ['config', {}],
    ]);
    expect(providers).toHaveLength(1);
    expect(configs.bundles()).toBe(1);
  });

  it('is refused for a reference other than that of a built-in one', async () => {
    const { service, events } = setUp();
    service.start(startCommand({ providerRef: 'wasmcloud+builtin://http-server' }));
    await events.waitFor('provider_started');
    expect(service.start(startCommand({ allowUpdate: true, providerRef: 'file:///other' }))).toMatchObject({
      tag: 'failed',
      message: expect.stringContaining('stop it first'),
    });
  });

  it.each([
    ['takes no configs while it runs', false, 'file:///srv/kv.js'],
    ['is to have another program', true, 'file:///srv/kv-2.js'],
  ])('gives the place of one that %s to another when that serves', async (_, answers, providerRef) => {
    const gate = createGate();
    const { service, events, configs, lattice, providers, provider, put } = setUp({
      answers,
      launching: ({ beside }) => (beside === undefined ? Promise.resolve() : gate.pass()),
    });
    await put(keyvalueLink());
    service.start(startCommand());
    await events.waitFor('provider_started');
    const told = [...provider().told];
    expect(service.start(startCommand({ providerRef, config: ['one'], allowUpdate: true }))).toMatchObject({
      tag: 'ok',
    });
    await gate.reached;
    expect(provider().told).toEqual(told);
    expect(service.describe()).toMatchObject([{ config: [] }]);
    gate.open();
    await events.waitFor('provider_started', 2);
    expect(provider(1)).toMatchObject({ config: { a: '1' }, links: [{ sourceId: 'counter' }] });
    expect(provider(1).launch.xkey.publicKey).not.toBe(provider().launch.xkey.publicKey);
    expect(provider().told.at(-1)).toEqual(['stop', { drainMs: 30_000 }]);
    expect(service.describe()).toMatchObject([{ config: ['one'] }]);
    expect(lattice.spec('kv')).toMatchObject({ url: providerRef.slice('file://'.length) });
    expect(events.names()).toEqual(['provider_started', 'provider_started']);
    await service.stop(stopCommand);
    expect(provider(1).told.at(-1)).toBe('stop');
    expect([providers.length, configs.bundles()]).toEqual([2, 0]);
  });

  it.each([
    ['says nothing new', {}],
    ['tells of other code behind the reference', { annotations: { [contentAnnotation]: 'sha256:new' } }],
  ])('that %s is for another process of the same reference', async (_, changes) => {
    const { service, events, configs, providers, provider } = setUp({ answers: true });
    configs.set('one', { a: '1' });
    const command = startCommand({ config: ['one'] });
    service.start(command);
    await events.waitFor('provider_started');
    service.start({ ...command, ...changes, allowUpdate: true });
    await events.waitFor('provider_started', 2);
    expect([providers.length, provider().told.at(-1)]).toEqual([2, ['stop', { drainMs: 30_000 }]]);
    await service.stop(stopCommand);
  });

  it('leaves the one that runs where another does not come up, and says so', async () => {
    const { service, events, lattice, provider, put } = setUp({
      async launching({ beside }) {
        if (beside !== undefined) throw new Error('it exited with code 7');
      },
    });
    service.start(startCommand());
    await events.waitFor('provider_started');
    const next = startCommand({ providerRef: 'file:///srv/kv-2.js', allowUpdate: true });
    service.start(next);
    expect(await events.waitFor('provider_start_failed')).toMatchObject({
      providerRef: 'file:///srv/kv-2.js',
      error:
        'the provider that runs goes on as it was: what was to take its place did not come up: it exited with code 7',
    });
    expect(service.describe()).toMatchObject([
      { imageRef: '/srv/kv.js', failure: 'what was to take its place failed: it exited with code 7' },
    ]);
    expect(lattice.spec('kv')).toMatchObject({ url: '/srv/kv.js' });
    await put(keyvalueLink());
    await service.settled(['kv']);
    expect(provider().told).toMatchObject([['put', { name: 'default' }]]);
  });

  it('leaves the one that runs where a link fails with another', async () => {
    let isBroken = false;
    const { service, events, provider, put } = setUp({
      answers: true,
      async deliver() {
        if (isBroken) throw new Error('address in use');
      },
    });
    await put(keyvalueLink());
    service.start(startCommand());
    await events.waitFor('provider_started');
    isBroken = true;
    service.start(startCommand({ providerRef: 'file:///srv/kv-2.js', allowUpdate: true }));
    expect((await events.waitFor('provider_start_failed')).error).toContain(
      'link default (counter -> kv): address in use',
    );
    expect(provider(1).told.at(-1)).toBe('stop');
    expect(provider().told.at(-1)).not.toBe('stop');
    expect(events.names()).not.toContain('linkdef_set_failed');
    expect(service.undeliveredLinks()).toEqual([]);
  });

  it('is given up for a stop, which is for both', async () => {
    const gate = createGate();
    const { service, events, provider } = setUp({
      launching: ({ beside }) => (beside === undefined ? Promise.resolve() : gate.pass()),
    });
    service.start(startCommand());
    await events.waitFor('provider_started');
    service.start(startCommand({ allowUpdate: true }));
    await gate.reached;
    const stopped = service.stop(stopCommand);
    gate.open();
    expect(await stopped).toMatchObject({ tag: 'ok' });
    expect([provider().told.at(-1), provider(1).told.at(-1)]).toEqual(['stop', 'stop']);
    expect(service.isRunning('kv')).toBe(false);
  });

  it('fails with what the provider says of the config, which is listed until it takes one', async () => {
    let refuses = true;
    const { service, events, configs } = setUp({
      answers: true,
      async configure() {
        if (refuses) throw new Error('a must be a number');
      },
    });
    service.start(startCommand());
    await events.waitFor('provider_started');
    service.start(startCommand({ config: ['one'], allowUpdate: true }));
    expect((await events.waitFor('provider_start_failed')).error).toBe('a must be a number');
    expect(service.describe()).toMatchObject([
      { failure: 'it does not take its config: a must be a number' },
    ]);
    refuses = false;
    configs.set('one', { a: '2' });
    await service.settled(['kv']);
    expect(service.describe()[0]).not.toHaveProperty('failure');
  });
});

describe('stop', () => {
  it('stops the provider, tells so and frees the id', async () => {
    const { service, events, provider, providers } = setUp();
    service.start(startCommand());
    await events.waitFor('provider_started');
    expect(await service.stop(stopCommand)).toEqual({ tag: 'ok', message: 'successfully stopped provider' });
    expect(provider().told).toEqual(['stop']);
    expect(await events.waitFor('provider_stopped')).toEqual({
      hostId: 'NHOST',
      providerId: 'kv',
      annotations: { app: 'demo' },
      reason: 'stop',
    });
    expect(service.isRunning('kv')).toBe(false);
    service.start(startCommand());
    await events.waitFor('provider_started', 2);
    expect(providers).toHaveLength(2);
  });

  it('of what does not run is refused', async () => {
    const { service, events } = setUp();
    expect(await service.stop(stopCommand)).toEqual({
      tag: 'failed',
      message: 'provider with that ID is not running',
    });
    expect(events.events).toEqual([]);
  });

  it('does not wait for a provider that does not say what became of a link', async () => {
    const gate = createGate();
    const { service, events, provider, put } = setUp({
      async deliver() {
        await gate.pass();
        throw new Error('ended meanwhile');
      },
    });
    service.start(startCommand());
    await events.waitFor('provider_started');
    await put(keyvalueLink());
    await gate.reached;
    const stopped = service.stop(stopCommand);
    await expect.poll(() => provider().told).toEqual(['stop']);
    gate.open();
    expect(await stopped).toMatchObject({ tag: 'ok' });
    expect(events.names()).toEqual(['provider_started', 'provider_stopped']);
  });

  it('that comes while the provider starts gives the start up', async () => {
    const gate = createGate();
    const { service, events, provider } = setUp({ launching: gate.pass });
    service.start(startCommand());
    await gate.reached;
    const stopped = service.stop(stopCommand);
    gate.open();
    expect(await stopped).toMatchObject({ tag: 'ok' });
    expect(provider().launch.signal.aborted).toBe(true);
    expect(provider().told).toEqual(['stop']);
    expect((await events.waitFor('provider_start_failed')).error).toMatch(/stopped before it served/);
    expect(events.names()).toEqual(['provider_start_failed', 'provider_stopped']);
  });
});

describe('stopAll', () => {
  it('gives starts in progress up, stops all without events, and refuses new starts', async () => {
    const gate = createGate();
    const { service, events, configs, providers } = setUp({ launching: gate.pass });
    service.start(startCommand({ config: ['one'] }));
    service.start(startCommand({ providerId: 'second' }));
    await gate.reached;
    const stopped = service.stopAll();
    expect(service.start(startCommand({ providerId: 'late' }))).toEqual({
      tag: 'failed',
      message: 'the host is stopping',
    });
    gate.open();
    await stopped;
    expect(providers.map(({ told }) => told)).toEqual([['stop'], ['stop']]);
    expect(events.names()).toEqual(['provider_start_failed', 'provider_start_failed']);
    expect(service.describe()).toEqual([]);
    expect(configs.bundles()).toBe(0);
  });
});
