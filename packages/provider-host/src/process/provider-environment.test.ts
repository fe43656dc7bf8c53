import { expect, it } from 'vitest';
import { providerEnvironment } from './provider-environment.js';

it('keeps everything from a provider but logging, telemetry and what Windows needs', () => {
  expect(
    providerEnvironment({
      PATH: '/bin',
      HOME: '/root',
      AWS_SECRET_ACCESS_KEY: 'secret',
      RUST_LOG: 'debug',
      OTEL_SERVICE_NAME: 'x',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
      SystemRoot: 'C:\\Windows',
      NOT_OTEL_X: '1',
      OTEL_UNSET: undefined,
    }),
  ).toEqual({
    RUST_LOG: 'debug',
    OTEL_SERVICE_NAME: 'x',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
    SystemRoot: 'C:\\Windows',
  });
});
