import { describe, expect, it } from 'vitest';
import type { ScaleComponentCommand } from '../types/component.js';
import {
  decodeComponentAuctionAck,
  decodeComponentAuctionRequest,
  decodeComponentSpec,
  decodeScaleComponentCommand,
  decodeUpdateComponentCommand,
  encodeComponentAuctionAck,
  encodeComponentAuctionRequest,
  encodeComponentSpec,
  encodeScaleComponentCommand,
  encodeUpdateComponentCommand,
} from './component.js';

const wire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('component scale command', () => {
  const command: ScaleComponentCommand = {
    componentId: 'hello',
    componentRef: 'file:///a.wasm',
    maxInstances: 5,
    annotations: { 'wasmcloud.dev/managed-by': 'wadm' },
    componentLimits: { maxMemoryLimit: 1048576, maxExecutionTime: 30 },
    hostId: 'NHOST',
    config: ['a', 'b'],
    allowUpdate: true,
  };
  const json = {
    component_ref: 'file:///a.wasm',
    component_id: 'hello',
    annotations: { 'wasmcloud.dev/managed-by': 'wadm' },
    count: 5,
    component_limits: { max_memory_limit: '1048576', max_execution_time: '30' },
    host_id: 'NHOST',
    config: ['a', 'b'],
    allow_update: true,
  };

  it('has the wire form of the spec, both ways', () => {
    expect(wire(encodeScaleComponentCommand(command))).toEqual(json);
    expect(decodeScaleComponentCommand(json)).toEqual(command);
  });

  it('needs nothing but the component id; the rest has defaults', () => {
    expect(decodeScaleComponentCommand({ component_id: 'hello' })).toEqual({
      componentId: 'hello',
      componentRef: '',
      maxInstances: 0,
      annotations: {},
      hostId: '',
      config: [],
      allowUpdate: false,
    });
  });

  it('fills in the defaults when encoding', () => {
    expect(
      wire(encodeScaleComponentCommand({ componentId: 'hello', componentRef: 'x', maxInstances: 1 })),
    ).toEqual({
      component_ref: 'x',
      component_id: 'hello',
      annotations: {},
      count: 1,
      host_id: '',
      config: [],
      allow_update: false,
    });
  });

  it('reads max_instances, the name in the documentation, only when count is absent', () => {
    expect(decodeScaleComponentCommand({ component_id: 'a', max_instances: 3 }).maxInstances).toBe(3);
    expect(decodeScaleComponentCommand({ component_id: 'a', max_instances: 3, count: 2 }).maxInstances).toBe(
      2,
    );
  });

  it('ignores unknown fields', () => {
    expect(decodeScaleComponentCommand({ ...json, max_linear_memory: null, x: {} })).toEqual(command);
  });

  it('takes null for optional fields that are not given', () => {
    const decoded = decodeScaleComponentCommand({
      component_id: 'a',
      annotations: null,
      component_limits: null,
    });
    expect(decoded.annotations).toEqual({});
    expect(decoded.componentLimits).toBeUndefined();
  });

  it('ignores limits it cannot read', () => {
    const limits = { max_memory_limit: '64MB', max_execution_time: '-1', other: 'x' };
    expect(
      decodeScaleComponentCommand({ component_id: 'a', component_limits: limits }).componentLimits,
    ).toEqual({});
  });

  it('takes a limit beyond all numbers as the largest', () => {
    const limits = { max_memory_limit: '18446744073709551615' };
    expect(
      decodeScaleComponentCommand({ component_id: 'a', component_limits: limits }).componentLimits,
    ).toEqual({
      maxMemoryLimit: Number.MAX_SAFE_INTEGER,
    });
  });

  it.each([
    ['component_id', undefined],
    ['component_id', 7],
    ['component_ref', null],
    ['count', '5'],
    ['count', -1],
    ['count', 1.5],
    ['count', 2 ** 32],
    ['count', null],
    ['annotations', []],
    ['annotations.a', { a: 1 }],
    ['component_limits', 'none'],
    ['component_limits.max_memory_limit', { max_memory_limit: 5 }],
    ['host_id', 1],
    ['config', 'a'],
    ['config[1]', ['a', 2]],
    ['allow_update', 'true'],
  ])('refuses a wrong %s (%j) and names the field', (field, value) => {
    const name = field.replace(/[.[].*/, '');
    expect(() => decodeScaleComponentCommand({ ...json, [name]: value })).toThrow(
      expect.objectContaining({ name: 'DecodeError', field }),
    );
  });
});

describe('component update command', () => {
  it('has the wire form of the spec, both ways', () => {
    const command = { componentId: 'a', newComponentRef: 'r', hostId: 'N', annotations: { k: 'v' } };
    const json = { component_id: 'a', new_component_ref: 'r', host_id: 'N', annotations: { k: 'v' } };
    expect(wire(encodeUpdateComponentCommand(command))).toEqual(json);
    expect(decodeUpdateComponentCommand(json)).toEqual(command);
  });

  it('tells absent annotations from empty ones', () => {
    expect(decodeUpdateComponentCommand({})).toEqual({ componentId: '', newComponentRef: '', hostId: '' });
    expect(decodeUpdateComponentCommand({ annotations: {} }).annotations).toEqual({});
  });

  it.each(['component_id', 'new_component_ref', 'host_id', 'annotations'])('names a wrong %s', (field) => {
    expect(() => decodeUpdateComponentCommand({ [field]: 1 })).toThrow(expect.objectContaining({ field }));
  });
});

describe('component auction', () => {
  it('has the wire form of the spec, both ways', () => {
    const request = { componentRef: 'r', componentId: 'a', constraints: { zone: 'x' } };
    const json = { component_ref: 'r', component_id: 'a', constraints: { zone: 'x' } };
    expect(encodeComponentAuctionRequest(request)).toEqual(json);
    expect(decodeComponentAuctionRequest(json)).toEqual(request);
    expect(encodeComponentAuctionAck({ ...request, hostId: 'N' })).toEqual({ ...json, host_id: 'N' });
    expect(decodeComponentAuctionAck({ ...json, host_id: 'N' })).toEqual({ ...request, hostId: 'N' });
  });

  it('needs the id and the constraints, which may be empty', () => {
    expect(encodeComponentAuctionRequest({ componentId: 'a' })).toEqual({
      component_ref: '',
      component_id: 'a',
      constraints: {},
    });
    expect(() => decodeComponentAuctionRequest({ component_id: 'a' })).toThrow(
      'field "constraints" is missing',
    );
    expect(() => decodeComponentAuctionRequest({ constraints: {} })).toThrow(
      'field "component_id" is missing',
    );
  });
});

describe('component spec', () => {
  const text =
    '{"url":"ghcr.io/x/hello:0.1.0","links":[{"source_id":"hello","target":"kv","name":"default","wit_namespace":"wasi",' +
    '"wit_package":"keyvalue","interfaces":["store","atomics"],"source_config":[],"target_config":["redis-url"]}]}';
  const spec = {
    url: 'ghcr.io/x/hello:0.1.0',
    links: [
      {
        sourceId: 'hello',
        target: 'kv',
        name: 'default',
        witNamespace: 'wasi',
        witPackage: 'keyvalue',
        interfaces: ['store', 'atomics'],
        sourceConfig: [],
        targetConfig: ['redis-url'],
      },
    ],
  };
  const bytes = (json: string): Uint8Array => new TextEncoder().encode(json);

  it('is byte for byte the example of the spec, both ways', () => {
    expect(new TextDecoder().decode(encodeComponentSpec(spec))).toBe(text);
    expect(decodeComponentSpec(bytes(text))).toEqual(spec);
  });

  it('has no links unless it says so', () => {
    expect(decodeComponentSpec(bytes('{"url":""}'), 'hello')).toEqual({ url: '', links: [] });
  });

  it('names the component and the field in errors', () => {
    expect(() => decodeComponentSpec(bytes('{"url":"","links":[{}]}'), 'hello')).toThrow(
      'component spec of hello: field "links[0].source_id" is missing, expected a string',
    );
    expect(() => decodeComponentSpec(bytes('{}'))).toThrow('component spec: field "url" is missing');
  });
});
