import { describe, expect, it } from 'vitest';
import { decodeComponentSpec, encodeComponentSpec } from './component-spec.js';

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

describe('component spec', () => {
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
