import type { InterfaceLinkDefinition, Link, StartProviderCommand } from '@wasmlattice/control-interface';
import type { RunningProvider } from '@wasmlattice/provider-host';
import { noopLogger } from '@wasmlattice/telemetry';
import { describe, expect, it } from 'vitest';
import { createArtifactStore } from '../artifacts/artifact-store.js';
import { goneLinks, newLinks } from '../link-table.js';
import {
  createEventRecorder,
  createMemoryConfigStore,
  createMemoryLatticeStore,
  keyvalueLink,
} from '../testing/fakes.js';
import type { ProviderLaunch } from './hosted-provider.js';
import { createProviderService, type ProviderServiceOptions } from './provider-service.js';

/** A provider that notes what it was told. */
interface FakeProvider extends RunningProvider {
  readonly config: Readonly<Record<string, string>>;
  readonly links: InterfaceLinkDefinition[];
  readonly told: unknown[];
}

const stopCommand = { providerId: 'kv', hostId: 'NHOST' };

function startCommand(changes: Partial<StartProviderCommand> = {}): StartProviderCommand {
  return {
    providerId: 'kv',
    providerRef: 'file:///srv/kv.js',
    hostId: '',
    config: [],
    annotations: { app: 'demo' },
    ...changes,
  };
}

/** A service with a launcher whose `launching` runs between what a provider is told at its start and its start. */
function setUp(
  options: {
    launching?: (launch: ProviderLaunch) => Promise<void>;
    deliver?: () => Promise<void>;
    offersBuiltin?: boolean;
  } = {},
) {
  const events = createEventRecorder();
  const configs = createMemoryConfigStore({ one: { a: '1' } });
  const lattice = createMemoryLatticeStore(({ previous, current }) => {
    const [before, after] = [previous?.links ?? [], current?.links ?? []];
    for (const link of goneLinks(before, after)) service.linkDeleted(link);
    for (const link of newLinks(before, after)) service.linkPut(link);
  });
  const providers: FakeProvider[] = [];
  const launcher: ProviderServiceOptions['launcher'] = {
    offersBuiltin: () => options.offersBuiltin ?? true,
    async launch(launch) {
      const [config, links] = [launch.config(), await launch.links()];
      await options.launching?.(launch);
      const told: unknown[] = [];
      const provider: FakeProvider = {
        id: launch.providerId,
        config,
        links,
        told,
        async putLink(link) {
          await options.deliver?.();
          told.push(['put', link]);
        },
        deleteLink: async ({ name }) => void told.push(['delete', name]),
        updateConfig: async (values) => void told.push(['config', values]),
        stop: async () => void told.push('stop'),
      };
      providers.push(provider);
      return provider;
    },
  };
  const service = createProviderService({
    hostId: 'NHOST',
    artifacts: createArtifactStore({ allowFileLoad: true, maxComponentSize: 1 }),
    lattice,
    configs,
    links: {
      list: () => lattice.links(),
      put: () => Promise.reject(new Error('not used')),
      delete: () => Promise.reject(new Error('not used')),
      resolve: async (link) => ({
        ...link,
        sourceConfig: await configs.resolve(link.sourceConfig),
        targetConfig: await configs.resolve(link.targetConfig),
      }),
    },
    events,
    launcher,
    logger: noopLogger,
  });
  const put = (link: Link) =>
    lattice.update(link.sourceId, (spec = { url: '', links: [] }) => ({
      ...spec,
      links: [...spec.links, link],
    }));
  const provider = (index = 0): FakeProvider => {
    const found = providers[index];
    if (found === undefined) throw new Error(`there is no provider ${index}`);
    return found;
  };
  return { service, events, configs, lattice, providers, provider, put };
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
      { id: 'kv', imageRef: '/srv/kv.js', annotations: { app: 'demo' }, revision: 0 },
    ]);
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
    const { service, events, configs } = setUp({
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
    // Behind the failed start in the queue of this provider.
    expect(await service.stop(stopCommand)).toMatchObject({ tag: 'failed' });
    expect(service.isRunning('kv')).toBe(false);
    broken = false;
    service.start(startCommand());
    await events.waitFor('provider_started');
  });

  it.each([
    ['', 'the image reference is empty'],
    ['ghcr.io/a/b:1', 'does not fetch from registries'],
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

  it('that one provider takes badly do not keep it from the next', async () => {
    let broken = true;
    const { service, events, provider, put } = setUp({
      async deliver() {
        if (broken) throw new Error('address in use');
      },
    });
    service.start(startCommand());
    await events.waitFor('provider_started');
    await put(keyvalueLink({ name: 'bad' }));
    await service.settled(['kv']).catch(() => {});
    broken = false;
    await put(keyvalueLink({ name: 'good' }));
    await service.settled(['kv']);
    expect(provider().told).toMatchObject([['put', { name: 'good' }]]);
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

  it('that comes while the provider starts waits for it', async () => {
    const gate = createGate();
    const { service, events, provider } = setUp({ launching: gate.pass });
    service.start(startCommand());
    await gate.reached;
    const stopped = service.stop(stopCommand);
    gate.open();
    expect(await stopped).toMatchObject({ tag: 'ok' });
    expect(provider().told).toEqual(['stop']);
    expect(events.names()).toEqual(['provider_started', 'provider_stopped']);
  });
});

describe('stopAll', () => {
  it('waits for starts in progress, stops all without events, and refuses new starts', async () => {
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
    expect(events.names()).toEqual(['provider_started', 'provider_started']);
    expect(service.describe()).toEqual([]);
    expect(configs.bundles()).toBe(0);
  });
});
