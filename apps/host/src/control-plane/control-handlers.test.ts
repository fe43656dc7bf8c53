import type { ControlContext, HostInventory, RegistryCredentials } from '@wasmlattice/control-interface';
import { describe, expect, it } from 'vitest';
import type { ComponentService } from './component/component-service.js';
import { createControlHandlers } from './control-handlers.js';
import { createLabels } from './labels.js';
import type { LinkService } from './link-service.js';
import type { ProviderService } from './provider/provider-service.js';
import { createEventRecorder, createMemoryConfigStore, createMemoryLatticeStore } from './testing/fakes.js';

const inventory: HostInventory = {
  components: [],
  providers: [],
  hostId: 'NHOST',
  friendlyName: 'quiet-river-1234',
  labels: {},
  version: '1.2.3',
  uptimeHuman: '0s',
  uptimeSeconds: 0,
};
const context: ControlContext = { lattice: 'default', hostId: 'NHOST', trace: undefined, logFields: {} };

/** What no handler under test may touch. */
function unused<T extends object>(parts: Partial<T> = {}): T {
  return new Proxy(parts as T, {
    get(target, name, receiver) {
      if (name in target) return Reflect.get(target, name, receiver);
      throw new Error(`${String(name)} is not to be used`);
    },
  });
}

function setUp(parts: { runsHere?: string } = {}) {
  const events = createEventRecorder();
  const configs = createMemoryConfigStore();
  const lattice = createMemoryLatticeStore();
  const stops: (number | undefined)[] = [];
  const registries: RegistryCredentials[] = [];
  const isRunning = (id: string): boolean => id === parts.runsHere;
  const handlers = createControlHandlers({
    facts: {
      hostId: 'NHOST',
      friendlyName: 'quiet-river-1234',
      version: '1.2.3',
      lattice: 'default',
      labels: createLabels({ 'hostcore.os': 'linux', site: 'lab' }),
      startedAt: Date.now(),
      ctlHost: 'nats://127.0.0.1:4222',
      rpcHost: 'nats://127.0.0.1:4222',
    },
    components: unused<ComponentService>({ isRunning }),
    providers: unused<ProviderService>({ isRunning }),
    links: unused<LinkService>(),
    configs,
    lattice,
    registries: { put: (credentials) => void registries.push(credentials) },
    events,
    inventory: () => inventory,
    stopHost: (timeoutMs) => stops.push(timeoutMs),
  });
  return { handlers, events, configs, lattice, registries, stops };
}

describe('host', () => {
  it('tells of itself and of what runs on it', async () => {
    const { handlers } = setUp();
    expect(await handlers.pingHost(context)).toMatchObject({
      tag: 'ok',
      response: { id: 'NHOST', lattice: 'default', labels: { site: 'lab' }, uptimeSeconds: 0 },
    });
    expect(await handlers.getHostInventory(context)).toMatchObject({ tag: 'ok', response: inventory });
  });

  it.each([
    ['NHOST', 500],
    ['', undefined],
  ])('stops for the host id "%s", with the time it is given', async (hostId, timeoutMs) => {
    const { handlers, stops } = setUp();
    expect(await handlers.stopHost({ hostId, timeoutMs }, context)).toMatchObject({ tag: 'ok' });
    expect(stops).toEqual([timeoutMs]);
  });

  it('does not stop for another host id', async () => {
    const { handlers, stops } = setUp();
    const answer = await handlers.stopHost({ hostId: 'NOTHER', timeoutMs: undefined }, context);
    expect(answer).toEqual({ tag: 'failed', message: 'invalid host_id [NOTHER]' });
    expect(stops).toEqual([]);
  });
});

describe('labels', () => {
  it('are put and deleted, and every change is told with all of them', async () => {
    const { handlers, events } = setUp();
    expect(await handlers.putLabel({ key: 'rack', value: '7' }, context)).toMatchObject({ tag: 'ok' });
    expect(await handlers.deleteLabel({ key: 'site' }, context)).toMatchObject({ tag: 'ok' });
    expect(events.events.map(({ data }) => 'labels' in data && data.labels)).toEqual([
      { 'hostcore.os': 'linux', site: 'lab', rack: '7' },
      { 'hostcore.os': 'linux', rack: '7' },
    ]);
  });

  it('of the host itself can be neither put nor deleted, and unknown ones are deleted without an event', async () => {
    const { handlers, events } = setUp();
    expect(await handlers.putLabel({ key: 'hostcore.os', value: 'other' }, context)).toEqual({
      tag: 'failed',
      message: 'hostcore.* labels cannot be set dynamically',
    });
    expect(await handlers.deleteLabel({ key: 'hostcore.os' }, context)).toEqual({
      tag: 'failed',
      message: 'hostcore.* labels cannot be deleted',
    });
    expect(await handlers.deleteLabel({ key: 'unknown' }, context)).toEqual({
      tag: 'ok',
      message: 'successfully deleted label (no such label)',
    });
    expect(events.events).toEqual([]);
  });
});

describe('auctions', () => {
  const component = { componentId: 'counter', componentRef: 'file:///counter.wasm' };
  const provider = { providerId: 'kv', providerRef: 'file:///kv.js' };

  it('are bid for when all constraints hold', async () => {
    const { handlers } = setUp();
    const constraints = { site: 'lab' };
    expect(await handlers.auctionComponent?.({ ...component, constraints }, context)).toMatchObject({
      tag: 'ok',
      response: { ...component, constraints, hostId: 'NHOST' },
    });
    expect(await handlers.auctionProvider?.({ ...provider, constraints }, context)).toMatchObject({
      tag: 'ok',
      response: { ...provider, constraints, hostId: 'NHOST' },
    });
  });

  it('are passed over in silence when a constraint does not hold or the id runs here', async () => {
    const { handlers } = setUp();
    const constraints = { site: 'elsewhere' };
    expect(await handlers.auctionComponent?.({ ...component, constraints }, context)).toEqual({
      tag: 'silent',
    });
    expect(await handlers.auctionProvider?.({ ...provider, constraints }, context)).toEqual({
      tag: 'silent',
    });
    const here = { component: setUp({ runsHere: 'counter' }), provider: setUp({ runsHere: 'kv' }) };
    expect(
      await here.component.handlers.auctionComponent?.({ ...component, constraints: {} }, context),
    ).toEqual({ tag: 'silent' });
    expect(await here.provider.handlers.auctionProvider?.({ ...provider, constraints: {} }, context)).toEqual(
      {
        tag: 'silent',
      },
    );
  });
});

describe('config', () => {
  it('is stored as it came, read, and deleted, each change with its event', async () => {
    const { handlers, events, configs } = setUp();
    const raw = Buffer.from('{ "a" :  "1" }');
    expect(await handlers.putConfig({ name: 'x', config: { a: '1' }, raw }, context)).toMatchObject({
      tag: 'ok',
    });
    expect(await configs.get('x')).toEqual(raw);
    expect(await handlers.getConfig('x', context)).toEqual({ tag: 'ok', message: '', response: { a: '1' } });
    expect(await handlers.deleteConfig('x', context)).toMatchObject({ tag: 'ok' });
    expect(await handlers.getConfig('x', context)).toEqual({ tag: 'ok', message: 'Configuration not found' });
    expect(events.names()).toEqual(['config_set', 'config_deleted']);
  });

  it('that is no map of strings is refused and not stored', async () => {
    const { handlers, events, configs } = setUp();
    const config = { a: 1 } as unknown as Record<string, string>;
    expect(await handlers.putConfig({ name: 'x', config, raw: Buffer.from('{"a":1}') }, context)).toEqual({
      tag: 'failed',
      message: 'config data should be a map of string -> string',
    });
    expect(await configs.get('x')).toBeUndefined();
    expect(events.events).toEqual([]);
  });

  it('that another client damaged is named', async () => {
    const { handlers, configs } = setUp();
    await configs.put('x', Buffer.from('not json'));
    await expect(handlers.getConfig('x', context)).rejects.toThrow("unable to decode config 'x'");
  });
});

it('tells the claims of the lattice', async () => {
  const { handlers, lattice } = setUp();
  expect(await handlers.getClaims(context)).toEqual({ tag: 'ok', message: '', response: [] });
  const claims = { issuer: 'A', name: 'kv', revision: '0', subject: 'VKV', version: '' };
  await lattice.putClaims({ kind: 'provider', ...claims });
  expect(await handlers.getClaims(context)).toMatchObject({ response: [claims] });
});

it('takes credentials of registries over', async () => {
  const { handlers, registries } = setUp();
  const credentials = { 'ghcr.io': { username: 'ann', password: 's3', registryType: 'oci' } };
  expect(await handlers.putRegistries(credentials, context)).toMatchObject({
    tag: 'ok',
    message: 'successfully put registries',
  });
  expect(registries).toEqual([credentials]);
});
