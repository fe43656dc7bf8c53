import { expect, it } from 'vitest';
import { readProtocolVariables } from './protocol-variables.js';

it('reads the protocol of all signals and of each', () => {
  expect(
    readProtocolVariables({
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: ' http/protobuf ',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: '',
    }),
  ).toEqual({ protocol: 'grpc', signalProtocols: { logs: 'http' }, problems: [] });
});

it('takes what it does not know for unset and says so', () => {
  expect(
    readProtocolVariables({
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'GRPC',
    }),
  ).toEqual({
    protocol: undefined,
    signalProtocols: {},
    problems: [
      'OTEL_EXPORTER_OTLP_PROTOCOL is `http/json` and has no effect: expected `grpc` or `http/protobuf`',
      'OTEL_EXPORTER_OTLP_METRICS_PROTOCOL is `GRPC` and has no effect: expected `grpc` or `http/protobuf`',
    ],
  });
});
