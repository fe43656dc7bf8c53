import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { createTempDir, type TempDir } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startComponent } from '../src/deploy.js';
import { startHost } from '../src/host-process.js';
import { joinLattice } from '../src/lattice.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

let scenario: Scenario;
let dir: TempDir;

beforeAll(async () => {
  scenario = await startScenario({ args: ['--label', 'zone=a', '--heartbeat-interval-seconds', '1'] });
  dir = await createTempDir();
});
afterAll(async () => {
  await scenario?.[Symbol.asyncDispose]();
  await dir?.[Symbol.asyncDispose]();
});

const scale = (componentId: string, ref: string, count = 1): object => ({
  component_id: componentId,
  component_ref: ref,
  count,
  host_id: scenario.host.id,
  annotations: { 'test.dev/case': componentId },
});

/** The components of the host's inventory. */
async function componentsOf({ host, lattice }: Scenario): Promise<unknown> {
  const { response } = await lattice.ask(`host.get.${host.id}`);
  return (response as { readonly components: unknown }).components;
}

describe('a host', () => {
  it('announces itself with a CloudEvent', async () => {
    const { host, lattice } = scenario;
    const event = await lattice.event('host_started');
    expect(event).toMatchObject({
      specversion: '1.0',
      source: host.id,
      datacontenttype: 'application/json',
      data: { labels: { zone: 'a', 'hostcore.osfamily': 'unix' }, uptime_seconds: 0 },
    });
  });

  it('answers a ping with what clients read', { tags: 'smoke' }, async () => {
    const { host, lattice, nats } = scenario;
    const reply = await lattice.ask('host.ping');
    expect(reply).toMatchObject({
      success: true,
      message: '',
      response: {
        id: host.id,
        lattice: 'default',
        ctl_host: nats.url,
        rpc_host: nats.url,
        labels: { zone: 'a' },
      },
    });
    expect(reply.response).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
  });

  it('tells its inventory on request and in each heartbeat', async () => {
    const { host, lattice } = scenario;
    const reply = await lattice.ask(`host.get.${host.id}`);
    expect(reply.response).toMatchObject({
      host_id: host.id,
      components: expect.any(Array),
      providers: expect.any(Array),
    });
    const heartbeat = await lattice.nextEvent('host_heartbeat');
    expect(Object.keys(heartbeat.data).sort()).toEqual(Object.keys(reply.response as object).sort());
  });

  it('keeps labels, but not those of the host core', async () => {
    const { host, lattice } = scenario;
    expect(await lattice.ask(`label.put.${host.id}`, { key: 'hostcore.os', value: 'x' })).toEqual({
      success: false,
      message: 'hostcore.* labels cannot be set dynamically',
    });
    await lattice.succeed(`label.put.${host.id}`, { key: 'rack', value: '7' });
    await lattice.event('labels_changed', { host_id: host.id });
    await lattice.succeed(`label.del.${host.id}`, { key: 'rack' });
  });
});

describe('malformed requests', () => {
  const refusals: readonly (readonly [subject: (host: string) => string, message: string])[] = [
    [(host) => `component.scale.${host}`, 'failed to deserialize component scale command'],
    [(host) => `component.update.${host}`, 'failed to deserialize component update command'],
    [() => 'component.auction', 'failed to deserialize component auction command'],
    [() => 'provider.auction', 'failed to deserialize provider auction command'],
    [(host) => `provider.start.${host}`, 'failed to deserialize provider start command'],
    [(host) => `provider.stop.${host}`, 'failed to deserialize provider stop command'],
    [(host) => `host.stop.${host}`, 'failed to deserialize stop command'],
    [(host) => `label.put.${host}`, 'failed to deserialize put label request'],
    [(host) => `label.del.${host}`, 'failed to deserialize delete label request'],
    [() => 'link.put', 'failed to deserialize wrpc link definition'],
    [() => 'link.del', 'failed to deserialize wrpc link definition'],
    [() => 'registry.put', 'failed to deserialize registries put command'],
    [() => 'config.put.some-name', 'config data should be a map of string -> string'],
  ];
  for (const [subject, message] of refusals) {
    it(`on ${subject('HOST')} get a reply`, async () => {
      const { host, lattice } = scenario;
      for (const payload of ['{', '[]', '"text"', '7', '\u0000']) {
        expect(await lattice.ask(subject(host.id), payload)).toEqual({ success: false, message });
      }
    });
  }

  it('on subjects nobody knows are told so', async () => {
    const { host, lattice } = scenario;
    for (const tail of [
      `component.fly.${host.id}`,
      `host.jump.${host.id}`,
      'link.tie',
      'config.get.with.dots',
    ]) {
      expect(await lattice.ask(tail)).toEqual({ success: false, message: 'unsupported subject' });
    }
  });

  it('leave the host alive', async () => {
    expect((await scenario.lattice.ask('host.ping')).success).toBe(true);
  });
});

describe('component scale', () => {
  it('starts, scales and stops a component', { tags: 'smoke' }, async () => {
    const { host, lattice } = scenario;
    const ref = `file://${paths.probe}`;
    const annotations = { 'test.dev/case': 'probe' };
    const first = lattice.nextEvent('component_scaled', { component_id: 'probe' });
    expect(await lattice.ask(`component.scale.${host.id}`, scale('probe', ref, 2))).toEqual({
      success: true,
      message: '',
    });
    expect((await first).data).toEqual({
      component_id: 'probe',
      host_id: host.id,
      image_ref: ref,
      max_instances: 2,
      annotations,
    });

    const second = lattice.nextEvent('component_scaled', { component_id: 'probe', max_instances: 5 });
    await lattice.succeed(`component.scale.${host.id}`, scale('probe', ref, 5));
    await second;
    expect(await componentsOf(scenario)).toContainEqual({
      id: 'probe',
      image_ref: ref,
      max_instances: 5,
      annotations,
      revision: 0,
      limits: null,
      config: [],
    });

    const stopped = lattice.nextEvent('component_scaled', { component_id: 'probe', max_instances: 0 });
    await lattice.succeed(`component.scale.${host.id}`, scale('probe', ref, 0));
    expect((await stopped).data).toMatchObject({ image_ref: ref, annotations });
    expect(await componentsOf(scenario)).not.toContainEqual(expect.objectContaining({ id: 'probe' }));
  });

  it('says what is wrong with bytes that are no component', async () => {
    const { host, lattice } = scenario;
    const path = join(dir.path, 'bad.wasm');
    await writeFile(path, 'this is not WebAssembly');
    const failed = lattice.nextEvent('component_scale_failed', { component_id: 'bad' });
    await lattice.succeed(`component.scale.${host.id}`, scale('bad', `file://${path}`));
    const { data } = await failed;
    expect(data).toMatchObject({
      image_ref: `file://${path}`,
      max_instances: 1,
      annotations: { 'test.dev/case': 'bad' },
    });
    expect(data.error).toMatch(/WebAssembly|component/);
  });

  it.each([
    [
      'a function that no WIT has',
      'wasi:io/poll@0.2.0',
      '(export "pollable" (type $p (sub resource))) (export "[method]pollable.watch" (func (param "self" (borrow $p)) (param "x" u32)))',
      'wasi:io/poll@0.2.0: wasi:io/poll has no [method]pollable.watch; build against wasi:io/poll 0.2.x as this host serves it',
    ],
    [
      'a function of another type',
      'wasi:random/random@0.2.0',
      '(export "get-random-u64" (func (result u32)))',
      'wasi:random/random@0.2.0: get-random-u64 is of another type, the result: expected u64, found u32; build against wasi:random/random 0.2.x as this host serves it',
    ],
  ])('refuses a component when it starts that imports %s', async (_, id, members, why) => {
    const { host, lattice } = scenario;
    const path = join(dir.path, 'unlinkable.wasm');
    await writeFile(path, await parse(`(component (import "${id}" (instance ${members})))`));
    const failed = lattice.nextEvent('component_scale_failed', { component_id: 'unlinkable' });
    await lattice.succeed(`component.scale.${host.id}`, scale('unlinkable', `file://${path}`));
    expect((await failed).data.error).toBe(
      `component "unlinkable" imports what this host can't link: ${why}`,
    );
    expect(await componentsOf(scenario)).not.toContainEqual(expect.objectContaining({ id: 'unlinkable' }));
  });

  it('names a file that is not there', async () => {
    const { host, lattice } = scenario;
    const failed = lattice.nextEvent('component_scale_failed', { component_id: 'missing' });
    await lattice.succeed(`component.scale.${host.id}`, scale('missing', 'file:///no/such/file.wasm'));
    expect((await failed).data.error).toContain("'/no/such/file.wasm': there is no such file");
  });

  it('takes stopping what does not run as done', async () => {
    const { host, lattice } = scenario;
    const done = lattice.nextEvent('component_scaled', { component_id: 'unknown', max_instances: 0 });
    await lattice.succeed(`component.scale.${host.id}`, scale('unknown', 'file:///x.wasm', 0));
    await done;
  });

  it('refuses an update of what does not run', async () => {
    const { host, lattice } = scenario;
    const command = { component_id: 'unknown', new_component_ref: 'file:///x.wasm' };
    expect(await lattice.ask(`component.update.${host.id}`, command)).toEqual({
      success: false,
      message: 'component unknown not found',
    });
  });

  it('keeps a rescale from changing the code, and says so', async () => {
    const { host, lattice } = scenario;
    await startComponent(lattice, host, { id: 'kept', wasm: paths.hello });
    const rescaled = lattice.nextEvent('component_scaled', { component_id: 'kept', max_instances: 3 });
    const reply = await lattice.ask(`component.scale.${host.id}`, scale('kept', `file://${paths.probe}`, 3));
    expect(reply).toMatchObject({ success: true });
    expect(reply.message).toContain('the image reference will not be updated');
    expect((await rescaled).data.image_ref).toBe(`file://${paths.hello}`);
  });

  it('replaces the code on update', { tags: 'smoke' }, async () => {
    const { host, lattice } = scenario;
    await startComponent(lattice, host, { id: 'replaced', wasm: paths.hello });
    const updated = lattice.nextEvent('component_scaled', {
      component_id: 'replaced',
      image_ref: `file://${paths.probe}`,
    });
    const reply = await lattice.ask(`component.update.${host.id}`, {
      component_id: 'replaced',
      new_component_ref: `file://${paths.probe}`,
    });
    expect(reply.message).toBe(
      `component replaced updating from file://${paths.hello} to file://${paths.probe}`,
    );
    await updated;
  });
});

describe('providers', () => {
  it('fail by event when the builtin is unknown or the file is missing', async () => {
    const { host, lattice } = scenario;
    for (const [id, ref, error] of [
      ['no-builtin', 'wasmcloud+builtin://teapot', 'unknown builtin name: teapot'],
      ['no-file', 'file:///no/such/provider', '/no/such/provider'],
    ] as const) {
      const failed = lattice.nextEvent('provider_start_failed', { provider_id: id });
      const command = { provider_id: id, provider_ref: ref, host_id: host.id };
      expect(await lattice.ask(`provider.start.${host.id}`, command)).toEqual({
        success: true,
        message: 'successfully started provider',
      });
      const { data } = await failed;
      expect(data).toMatchObject({ provider_ref: ref, host_id: host.id, link_name: 'default' });
      expect(data.error).toContain(error);
    }
  });

  it('start and stop once', async () => {
    const { host, lattice } = scenario;
    const command = {
      provider_id: 'http',
      provider_ref: 'wasmcloud+builtin://http-server',
      host_id: host.id,
      annotations: { a: 'b' },
    };
    const started = lattice.nextEvent('provider_started', { provider_id: 'http' });
    await lattice.succeed(`provider.start.${host.id}`, command);
    expect((await started).data).toEqual({
      host_id: host.id,
      provider_id: 'http',
      image_ref: 'http-server',
      annotations: { a: 'b' },
    });
    expect(await lattice.ask(`provider.start.${host.id}`, command)).toEqual({
      success: false,
      message: 'provider with that ID is already running',
    });
    const stopped = lattice.nextEvent('provider_stopped', { provider_id: 'http' });
    expect(await lattice.ask(`provider.stop.${host.id}`, { provider_id: 'http', host_id: host.id })).toEqual({
      success: true,
      message: 'successfully stopped provider',
    });
    expect((await stopped).data).toMatchObject({ reason: 'stop', annotations: { a: 'b' } });
    expect(await lattice.ask(`provider.stop.${host.id}`, { provider_id: 'http', host_id: host.id })).toEqual({
      success: false,
      message: 'provider with that ID is not running',
    });
  });
});

describe('links and configs', () => {
  const link = {
    source_id: 'a',
    target: 'b',
    name: 'default',
    wit_namespace: 'wasi',
    wit_package: 'keyvalue',
    interfaces: ['store'],
  };

  it('puts, lists and deletes a link', async () => {
    const { lattice } = scenario;
    expect(await lattice.ask('link.put', link)).toEqual({ success: true, message: 'successfully set link' });
    const full = { ...link, source_config: [], target_config: [] };
    expect((await lattice.event('linkdef_set', { source_id: 'a' })).data).toEqual(full);
    expect((await lattice.ask('link.get')).response).toContainEqual(full);
    const { target: _, interfaces: __, ...slot } = link;
    expect(await lattice.ask('link.del', slot)).toEqual({
      success: true,
      message: 'successfully deleted link',
    });
    expect((await lattice.event('linkdef_deleted', { source_id: 'a' })).data).toEqual({
      ...slot,
      target: 'b',
      interfaces: ['store'],
    });
    expect((await lattice.ask('link.get')).response).not.toContainEqual(full);
  });

  it('refuses a second target and an unknown config', async () => {
    const { lattice } = scenario;
    await lattice.succeed('link.put', { ...link, source_id: 'c' });
    const conflict = await lattice.ask('link.put', { ...link, source_id: 'c', target: 'other' });
    expect(conflict).toEqual({
      success: false,
      message:
        'link already exists with different target, consider deleting the existing link or using a different link name',
    });
    const unknown = await lattice.ask('link.put', { ...link, source_id: 'd', target_config: ['nope'] });
    expect(unknown.message).toBe(
      'Failed to validate configuration and secrets. Configuration nope not found in config store. ',
    );
    await lattice.event('linkdef_set_failed', { source_id: 'd' });
  });

  it('puts, gets and deletes a config', async () => {
    const { lattice } = scenario;
    expect(await lattice.ask('config.put.settings', { a: '1' })).toEqual({
      success: true,
      message: 'successfully put config',
    });
    await lattice.event('config_set', { config_name: 'settings' });
    expect(await lattice.ask('config.get.settings')).toEqual({
      success: true,
      message: '',
      response: { a: '1' },
    });
    await lattice.succeed('config.del.settings');
    await lattice.event('config_deleted', { config_name: 'settings' });
    expect(await lattice.ask('config.get.settings')).toEqual({
      success: true,
      message: 'Configuration not found',
    });
  });
});

describe('stopping a host', () => {
  it('by command: replies, says goodbye, exits with 0', async () => {
    const { nats } = scenario;
    await using lattice = await joinLattice(nats);
    await using host = await startHost({ nats });
    expect(await lattice.ask(`host.stop.${host.id}`, { host_id: 'NWRONG' })).toEqual({
      success: false,
      message: 'invalid host_id [NWRONG]',
    });
    expect(await lattice.ask(`host.stop.${host.id}`)).toEqual({
      success: true,
      message: 'successfully handled stop host',
    });
    expect(await host.child.exited).toBe(0);
    expect((await lattice.event('host_stopped')).source).toBe(host.id);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('by %s: says goodbye and exits with 0', async (signal) => {
    const { nats } = scenario;
    await using lattice = await joinLattice(nats);
    await using host = await startHost({ nats });
    host.child.signal(signal);
    expect(await host.child.exited).toBe(0);
    expect((await lattice.event('host_stopped')).source).toBe(host.id);
  });
});
