import { CloudEvent } from 'cloudevents';
import { describe, expect, it } from 'vitest';
import { createEnvelopeEncoder, decodeEnvelope } from './envelope.js';
import { configSet } from './payloads/config.js';
import { hostStopped } from './payloads/host.js';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (json: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(json));

const example =
  '{"specversion":"1.0","id":"0193f0a5-6c1e-7b2d-93aa-0c6b8e5f1d42","type":"com.wasmcloud.lattice.config_set",' +
  '"source":"NBF5","datacontenttype":"application/json","time":"2025-06-01T10:11:12.123456789Z","data":{"config_name":"x"}}';

describe('envelope', () => {
  it('is byte for byte the example of the spec', () => {
    const encode = createEnvelopeEncoder({
      source: 'NBF5',
      now: () => '2025-06-01T10:11:12.123456789Z',
      nextId: () => '0193f0a5-6c1e-7b2d-93aa-0c6b8e5f1d42',
    });
    expect(text(encode(configSet({ configName: 'x' })))).toBe(example);
  });

  it('has a new id and the time with nine digits for each event, and no further attributes', () => {
    const encode = createEnvelopeEncoder({ source: 'NBF5' });
    const [first, second] = [encode(hostStopped({ labels: {} })), encode(hostStopped({ labels: {} }))].map(
      (event) => JSON.parse(text(event)),
    );
    expect(Object.keys(first)).toEqual([
      'specversion',
      'id',
      'type',
      'source',
      'datacontenttype',
      'time',
      'data',
    ]);
    expect(first.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
    expect(second.id > first.id).toBe(true);
  });

  it('is a valid CloudEvent to the library', () => {
    const event = new CloudEvent(
      JSON.parse(text(createEnvelopeEncoder({ source: 'NBF5' })(hostStopped({ labels: {} })))),
    );
    expect(event.validate()).toBe(true);
    expect(event.data).toEqual({ labels: {} });
  });

  it('refuses an empty source', () => {
    expect(() => createEnvelopeEncoder({ source: '' })).toThrow(/source of an event is empty/);
  });

  it('is read back with its attributes', () => {
    expect(decodeEnvelope(new TextEncoder().encode(example))).toStrictEqual({
      id: '0193f0a5-6c1e-7b2d-93aa-0c6b8e5f1d42',
      source: 'NBF5',
      time: '2025-06-01T10:11:12.123456789Z',
      name: 'config_set',
      data: { configName: 'x' },
    });
  });
});

describe('an envelope of another kind', () => {
  const attributes = { id: '1', source: 'N', time: 't' };

  it.each(['com.wasmcloud.lattice.component_started', 'org.example.thing', 'config_set'])(
    'of type %s is an unknown event',
    (type) => {
      expect(decodeEnvelope(bytes({ ...attributes, type, data: [1] }))).toEqual({
        ...attributes,
        name: 'unknown',
        type,
        data: [1],
      });
    },
  );

  it('with data of another shape is an unknown event that says why', () => {
    const type = 'com.wasmcloud.lattice.config_set';
    expect(decodeEnvelope(bytes({ ...attributes, type, data: 'text' }))).toMatchObject({
      name: 'unknown',
      type,
      data: 'text',
      problem: { message: 'config event must be an object, got a string' },
    });
  });

  it.each([[{}], [[]], [{ type: 'a', id: 1, source: 'N' }], [null]])('such as %j is no event', (json) => {
    expect(() => decodeEnvelope(bytes(json))).toThrow(expect.objectContaining({ name: 'DecodeError' }));
  });
});
