import { describe, expect, it } from 'vitest';
import { InvalidEndpointError, resolveEndpoint } from './endpoint.js';

describe('resolveEndpoint', () => {
  it.each([
    ['traces', { protocol: 'http' }, 'http://127.0.0.1:4318/v1/traces'],
    ['metrics', { protocol: 'http' }, 'http://127.0.0.1:4318/v1/metrics'],
    ['traces', { protocol: 'grpc' }, 'http://127.0.0.1:4317'],
    ['traces', { protocol: 'http', endpoint: '' }, 'http://127.0.0.1:4318/v1/traces'],
    ['traces', { protocol: 'http', endpoint: 'https://otel:4318' }, 'https://otel:4318/v1/traces'],
    ['metrics', { protocol: 'http', endpoint: 'https://otel:4318/' }, 'https://otel:4318/v1/metrics'],
    ['traces', { protocol: 'http', endpoint: 'http://otel/tenant/a' }, 'http://otel/tenant/a/v1/traces'],
    ['logs', { protocol: 'http', endpoint: 'http://otel/tenant/a/' }, 'http://otel/tenant/a/v1/logs'],
    ['logs', { protocol: 'http', signalProtocols: { logs: 'grpc' } }, 'http://127.0.0.1:4317'],
    ['traces', { protocol: 'grpc', signalProtocols: { traces: 'http' } }, 'http://127.0.0.1:4318/v1/traces'],
    ['traces', { protocol: 'http', signalProtocols: { logs: 'grpc' } }, 'http://127.0.0.1:4318/v1/traces'],
    ['traces', { protocol: 'grpc', endpoint: 'http://otel:4317/tenant/a' }, 'http://otel:4317'],
    [
      'traces',
      { protocol: 'http', endpoint: 'http://x', signalEndpoints: { traces: 'http://y:1' } },
      'http://y:1',
    ],
    [
      'metrics',
      { protocol: 'http', endpoint: 'http://x', signalEndpoints: { traces: 'http://y' } },
      'http://x/v1/metrics',
    ],
  ] as const)('sends %s with %j to %s', (signal, options, expected) => {
    expect(resolveEndpoint(signal, options)).toBe(expected);
  });

  it.each(['otel:4318', 'nonsense', 'ftp://otel'])('refuses %s and names it', (endpoint) => {
    expect(() => resolveEndpoint('traces', { protocol: 'http', endpoint })).toThrow(InvalidEndpointError);
    expect(() => resolveEndpoint('traces', { protocol: 'http', endpoint })).toThrow(endpoint);
    expect(() =>
      resolveEndpoint('traces', { protocol: 'http', signalEndpoints: { traces: endpoint } }),
    ).toThrow(InvalidEndpointError);
  });
});
