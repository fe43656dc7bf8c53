import type { OtelConfig } from '@wasmlattice/provider-host/protocol';
import { RecordingLogger } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import { startProviderTelemetry, telemetryOptions } from './provider-telemetry.js';

const otelConfig: OtelConfig = {
  enableObservability: false,
  protocol: 'http',
  additionalCaPaths: [],
  traceLevel: 'info',
};

const place = { hostId: 'NHOST', instanceId: 'one', latticeRpcPrefix: 'blue' };

describe('the telemetry of a provider', () => {
  it('is switched by signal, or by the one switch for all', () => {
    const on = (config: Partial<OtelConfig>) => {
      const { traces, metrics, logs } = telemetryOptions(
        'kv',
        { ...place, otelConfig: { ...otelConfig, ...config }, config: {} },
        {},
      );
      return [traces, metrics, logs];
    };
    expect(on({})).toEqual([false, false, false]);
    expect(on({ enableObservability: true })).toEqual([true, true, true]);
    expect(on({ enableObservability: true, enableTraces: false })).toEqual([false, true, true]);
    expect(on({ enableTraces: true })).toEqual([true, false, false]);
    expect(on({ enableLogs: true })).toEqual([false, false, true]);
  });

  it('goes where the host says, unless the config of the provider says otherwise', () => {
    const host = { ...otelConfig, observabilityEndpoint: 'http://host:4318', traceLevel: 'debug' };
    expect(telemetryOptions('kv', { ...place, otelConfig: host, config: {} }, {})).toMatchObject({
      serviceName: 'kv',
      resource: {
        'service.instance.id': 'one',
        'wasmcloud.lattice': 'blue',
        'wasmcloud.host.id': 'NHOST',
      },
      endpoint: 'http://host:4318',
      traceLevel: 'debug',
    });
    const config = {
      otel_exporter_otlp_endpoint: 'http://own:4318',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://own:4318/t',
      OTEL_BSP_MAX_QUEUE_SIZE: '10',
    };
    const env = { OTEL_BSP_SCHEDULE_DELAY: '20', OTEL_BSP_MAX_QUEUE_SIZE: '9' };
    expect(telemetryOptions('kv', { ...place, otelConfig: host, config }, env)).toMatchObject({
      endpoint: 'http://own:4318',
      signalEndpoints: { traces: 'http://own:4318/t' },
      env: { OTEL_BSP_SCHEDULE_DELAY: '20', OTEL_BSP_MAX_QUEUE_SIZE: '10' },
    });
  });

  it('does without when it can not start', async () => {
    const logger = new RecordingLogger();
    const config = { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' };
    const host = { ...otelConfig, enableTraces: true };
    const telemetry = await startProviderTelemetry('kv', { ...place, otelConfig: host, config }, {}, logger);
    expect(telemetry.tracer.startSpan('x').context).toBeUndefined();
    await telemetry.shutdown();
    expect(logger.records).toMatchObject([
      { level: 'error', fields: { error: { name: 'InvalidEndpointError' } } },
    ]);
  });
});
