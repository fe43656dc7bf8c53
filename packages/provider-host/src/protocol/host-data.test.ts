import { describe, expect, it } from 'vitest';
import { decodeHostData, encodeHostData, type HostData, hostDataToJson } from './host-data.js';

/** The example of the specification (docs/spec/provider.md#1.3), as a wasmCloud 1.9 host writes it. */
const upstreamJson =
  '{"host_id":"NHOST","lattice_rpc_prefix":"default","link_name":"default","lattice_rpc_user_jwt":"","lattice_rpc_user_seed":"","lattice_rpc_url":"nats://127.0.0.1:4222",' +
  '"provider_key":"kvredis","env_values":{},"instance_id":"8c1c8e0e-6c5b-4d3a-9a53-0c6a3f1d2b10",' +
  '"link_definitions":[{"source_id":"counter","target":"kvredis","name":"default","wit_namespace":"wasi","wit_package":"keyvalue","interfaces":["store","atomics"],"source_config":{},"target_config":{"URL":"redis://127.0.0.1:6379"},"source_secrets":null,"target_secrets":[1,2,255]}],' +
  '"cluster_issuers":[],"config":{},"secrets":{"token":{"kind":"String","value":"s3cr3t"}},"host_xkey_public_key":"XHOST","provider_xkey_private_key":"SXAPROV","default_rpc_timeout_ms":2000,"structured_logging":false,"log_level":"info",' +
  '"otel_config":{"enable_observability":false,"protocol":"Http","additional_ca_paths":[],"trace_level":"info"}}';

const upstreamLine = `${Buffer.from(upstreamJson).toString('base64')}\r\n`;

const minimal: HostData = decodeHostData(Buffer.from('{}').toString('base64'));

describe('HostData', () => {
  it('is read from the line of an upstream host', () => {
    expect(decodeHostData(upstreamLine)).toMatchObject({
      hostId: 'NHOST',
      latticeRpcPrefix: 'default',
      providerKey: 'kvredis',
      linkDefinitions: [
        {
          sourceId: 'counter',
          target: 'kvredis',
          interfaces: ['store', 'atomics'],
          targetConfig: { URL: 'redis://127.0.0.1:6379' },
          sourceSecrets: undefined,
          targetSecrets: Uint8Array.of(1, 2, 255),
        },
      ],
      secrets: { token: { kind: 'string', value: 's3cr3t' } },
      defaultRpcTimeoutMs: 2000,
      logLevel: 'info',
      otelConfig: { enableObservability: false, protocol: 'http', traceLevel: 'info' },
    });
  });

  it('is written exactly as an upstream host writes it', () => {
    expect(JSON.stringify(hostDataToJson(decodeHostData(upstreamLine)))).toBe(upstreamJson);
    expect(encodeHostData(decodeHostData(upstreamLine))).toBe(upstreamLine);
  });

  it('has a default for every member that is missing', () => {
    expect(minimal).toMatchObject({
      hostId: '',
      linkDefinitions: [],
      config: {},
      secrets: {},
      envValues: {},
    });
    expect(minimal.otelConfig.protocol).toBe('http');
    expect(minimal.defaultRpcTimeoutMs).toBeUndefined();
  });

  it('leaves out the timeout and the level when there are none', () => {
    const json = hostDataToJson(minimal);
    expect(json).not.toHaveProperty('default_rpc_timeout_ms');
    expect(json).not.toHaveProperty('log_level');
  });

  it.each([
    ['an empty line', '\r\n', /started by a host/],
    ['text', 'not base64 at all!', /not base64/],
    ['base64 of something else', Buffer.from('secret: hunter2').toString('base64'), /not valid JSON/],
    ['a list', Buffer.from('[]').toString('base64'), /must be a JSON object/],
    ['a wrong type', Buffer.from('{"host_id":7}').toString('base64'), /HostData\.host_id must be a string/],
    [
      'a wrong link',
      Buffer.from('{"link_definitions":[{"source_id":"a"}]}').toString('base64'),
      /HostData\.link_definitions\[0\]\.target must be a string, got nothing/,
    ],
    [
      'secrets as base64',
      Buffer.from(
        '{"link_definitions":[{"source_id":"a","target":"b","wit_namespace":"c","wit_package":"d","source_secrets":"AQI="}]}',
      ).toString('base64'),
      /source_secrets must be an array of byte numbers/,
    ],
  ])('is refused when it is %s', (_what, line, message) => {
    expect(() => decodeHostData(line)).toThrow(message);
  });

  it('never shows its content in an error', () => {
    const line = Buffer.from('{"secrets":{"a":{"kind":"String","value":"hunter2"}').toString('base64');
    expect(() => decodeHostData(line)).not.toThrow(/hunter2/);
    const wrongKind = Buffer.from('{"secrets":{"a":{"kind":"hunter2"}}}').toString('base64');
    expect(() => decodeHostData(wrongKind)).not.toThrow(/hunter2/);
  });
});
