import { describe, expect, it } from 'vitest';
import type { HostInventory } from '../types/host.js';
import {
  decodeDeleteLabelCommand,
  decodeHost,
  decodeHostInventory,
  decodePutLabelCommand,
  decodeStopHostCommand,
  encodeDeleteLabelCommand,
  encodeHost,
  encodeHostInventory,
  encodePutLabelCommand,
  encodeStopHostCommand,
} from './host.js';

const wire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('host', () => {
  const host = {
    id: 'NHOST',
    friendlyName: 'calm-river-0042',
    labels: { 'hostcore.os': 'linux' },
    lattice: 'default',
    uptimeSeconds: 141,
    uptimeHuman: '2m 21s',
    version: '1.9.2',
    ctlHost: 'nats://127.0.0.1:4222',
    rpcHost: 'nats://127.0.0.1:4222',
  };
  const json = {
    id: 'NHOST',
    labels: { 'hostcore.os': 'linux' },
    friendly_name: 'calm-river-0042',
    uptime_seconds: 141,
    uptime_human: '2m 21s',
    version: '1.9.2',
    ctl_host: 'nats://127.0.0.1:4222',
    rpc_host: 'nats://127.0.0.1:4222',
    lattice: 'default',
  };

  it('has the wire form of the spec, both ways', () => {
    expect(wire(encodeHost(host))).toEqual(json);
    expect(decodeHost(json)).toStrictEqual(host);
  });

  it('tells the JetStream domain only if there is one', () => {
    expect(wire(encodeHost({ ...host, jsDomain: 'leaf' }))).toEqual({ ...json, js_domain: 'leaf' });
    expect(decodeHost({ ...json, js_domain: null }).jsDomain).toBeUndefined();
  });
});

describe('host inventory', () => {
  const inventory: HostInventory = {
    components: [
      {
        id: 'hello',
        imageRef: 'file:///a.wasm',
        annotations: {},
        revision: 0,
        maxInstances: 3,
      },
      {
        id: 'signed',
        imageRef: 'ghcr.io/x/y:1',
        name: 'Signed',
        annotations: { a: 'b' },
        revision: -1,
        maxInstances: 1,
        limits: { maxMemoryLimit: 1000 },
      },
    ],
    providers: [{ id: 'http', imageRef: 'http-server', revision: 0, annotations: {} }],
    hostId: 'NHOST',
    friendlyName: 'calm-river-0042',
    labels: {},
    version: '1.9.2',
    uptimeHuman: '5s',
    uptimeSeconds: 5,
  };
  const json = {
    components: [
      {
        id: 'hello',
        image_ref: 'file:///a.wasm',
        annotations: {},
        revision: 0,
        max_instances: 3,
        limits: null,
      },
      {
        id: 'signed',
        image_ref: 'ghcr.io/x/y:1',
        name: 'Signed',
        annotations: { a: 'b' },
        revision: -1,
        max_instances: 1,
        limits: { max_memory_limit: '1000' },
      },
    ],
    providers: [{ id: 'http', image_ref: 'http-server', revision: 0, annotations: {} }],
    host_id: 'NHOST',
    friendly_name: 'calm-river-0042',
    labels: {},
    version: '1.9.2',
    uptime_human: '5s',
    uptime_seconds: 5,
  };

  it('has the wire form of the spec, both ways; limits are null when unset', () => {
    expect(wire(encodeHostInventory(inventory))).toEqual(json);
    expect(decodeHostInventory(json)).toStrictEqual(inventory);
  });

  it('has fields of ours, which others leave out', () => {
    const link = {
      source_id: 'http',
      target: 'hello',
      name: 'default',
      wit_namespace: 'wasi',
      wit_package: 'http',
    };
    const crashes = { count: 3, loop: true, reason: 'exited with code 1', last_lines: ['no license'] };
    const ours = {
      ...json,
      components: [{ ...json.components[0], config: ['greeting'] }],
      providers: [{ ...json.providers[0], config: ['limits'], failure: 'exited with code 1', crashes }],
      undelivered_links: [
        { ...link, provider_id: 'http', state: 'failed', reason: 'address in use' },
        { ...link, provider_id: 'http', state: 'degraded', reason: 'one thread is deaf' },
      ],
    };
    const decoded = decodeHostInventory(ours);
    expect(decoded).toMatchObject({
      components: [{ config: ['greeting'] }],
      providers: [
        {
          config: ['limits'],
          failure: 'exited with code 1',
          crashes: { count: 3, lastLines: ['no license'] },
        },
      ],
      undeliveredLinks: [
        { sourceId: 'http', providerId: 'http', state: 'failed', reason: 'address in use' },
        { state: 'degraded', reason: 'one thread is deaf' },
      ],
    });
    expect(wire(encodeHostInventory(decoded))).toEqual(ours);
  });

  it('reads the old name actors', () => {
    const { components, ...rest } = json;
    expect(decodeHostInventory({ ...rest, actors: components })).toEqual(inventory);
  });

  it('names the field within a list', () => {
    const components = [{ ...json.components[0], max_instances: 'many' }];
    expect(() => decodeHostInventory({ ...json, components })).toThrow(
      'host inventory: field "components[0].max_instances" must be',
    );
  });
});

describe('host stop command', () => {
  it('has the wire form of the spec, both ways', () => {
    expect(wire(encodeStopHostCommand({ hostId: 'N', timeoutMs: 500 }))).toEqual({
      host_id: 'N',
      timeout: 500,
    });
    expect(decodeStopHostCommand({ host_id: 'N', timeout: 500 })).toEqual({ hostId: 'N', timeoutMs: 500 });
  });

  it('has no timeout unless given', () => {
    expect(wire(encodeStopHostCommand({}))).toEqual({ host_id: '' });
    expect(decodeStopHostCommand({ timeout: null })).toStrictEqual({ hostId: '' });
  });

  it.each([
    ['timeout', -1],
    ['timeout', '5'],
    ['host_id', null],
  ])('refuses a wrong %s (%j)', (field, value) => {
    expect(() => decodeStopHostCommand({ [field]: value })).toThrow(expect.objectContaining({ field }));
  });
});

describe('label commands', () => {
  it('have the wire form of the spec, both ways', () => {
    const label = { key: 'zone', value: 'a' };
    expect(encodePutLabelCommand(label)).toEqual(label);
    expect(decodePutLabelCommand(label)).toEqual(label);
    expect(encodeDeleteLabelCommand({ key: 'zone' })).toEqual({ key: 'zone' });
    expect(decodeDeleteLabelCommand(label)).toEqual({ key: 'zone' });
  });

  it('need key and value', () => {
    expect(() => decodePutLabelCommand({ key: 'zone' })).toThrow('field "value" is missing');
    expect(() => decodePutLabelCommand({ value: 'a' })).toThrow('field "key" is missing');
    expect(() => decodeDeleteLabelCommand({})).toThrow('field "key" is missing');
  });
});
