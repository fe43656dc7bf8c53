import type { HostData } from '@wasmlattice/provider-host/protocol';
import { type Logger, parseLogLevel } from '@wasmlattice/telemetry';
import {
  noTelemetry,
  readProtocolVariables,
  startTelemetry,
  type Telemetry,
  type TelemetryOptions,
} from '@wasmlattice/telemetry-otlp';

/** A host ends the process soon after it asked for the shutdown, in ms. */
const flushMs = 500;

/** Spans and log records leave after this many ms: by the defaults, a provider that is ended would take more of them along. */
const batchDelayMs = '1000';

/**
 * Variables that the provider's own config may override, its names in any case (docs/spec/provider.md#1.2).
 */
const overridable = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
  'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT',
  'OTEL_BSP_MAX_QUEUE_SIZE',
] as const;

type TelemetryHostData = Pick<
  HostData,
  'otelConfig' | 'config' | 'hostId' | 'instanceId' | 'latticeRpcPrefix'
>;

/**
 * Starts the export of the signals that the host wants from its providers. What keeps it from starting is logged, and the
 * provider goes on without.
 */
export async function startProviderTelemetry(
  name: string,
  hostData: TelemetryHostData,
  env: Readonly<Record<string, string | undefined>>,
  logger: Logger,
): Promise<Telemetry> {
  try {
    return await startTelemetry({
      ...telemetryOptions(name, hostData, env),
      certificateAuthorities: await Promise.all(
        hostData.otelConfig.additionalCaPaths.map(async (file) => {
          // Half a megabyte of modules that few providers need.
          const { readFile } = await import('node:fs/promises');
          return await readFile(file, 'utf8');
        }),
      ),
      onError: (error) =>
        logger.warn('telemetry could not be delivered: check the OTLP endpoint of the host', {
          error,
        }),
    });
  } catch (error) {
    logger.error('the provider goes on without telemetry: its export did not start', { error });
    return noTelemetry;
  }
}

/** What `otel_config` and the provider's config say. */
export function telemetryOptions(
  name: string,
  { otelConfig, config, hostId, instanceId, latticeRpcPrefix }: TelemetryHostData,
  env: Readonly<Record<string, string | undefined>>,
): TelemetryOptions {
  const own = new Map(Object.entries(config).map(([key, value]) => [key.toUpperCase(), value]));
  const [endpoint, traces, metrics, logs, maxQueueSize] = overridable.map((variable) => own.get(variable));
  return {
    traces: otelConfig.enableTraces ?? otelConfig.enableObservability,
    metrics: otelConfig.enableMetrics ?? otelConfig.enableObservability,
    logs: otelConfig.enableLogs ?? otelConfig.enableObservability,
    serviceName: name,
    resource: {
      'service.instance.id': instanceId,
      'wasmcloud.lattice': latticeRpcPrefix,
      'wasmcloud.host.id': hostId,
    },
    protocol: otelConfig.protocol,
    signalProtocols: readProtocolVariables(env).signalProtocols,
    endpoint: endpoint ?? otelConfig.observabilityEndpoint,
    signalEndpoints: {
      traces: traces ?? otelConfig.tracesEndpoint,
      metrics: metrics ?? otelConfig.metricsEndpoint,
      logs: logs ?? otelConfig.logsEndpoint,
    },
    traceLevel: parseLogLevel(otelConfig.traceLevel) ?? 'info',
    env: {
      OTEL_BSP_SCHEDULE_DELAY: batchDelayMs,
      OTEL_BLRP_SCHEDULE_DELAY: batchDelayMs,
      ...env,
      ...(maxQueueSize === undefined ? {} : { OTEL_BSP_MAX_QUEUE_SIZE: maxQueueSize }),
    },
    shutdownTimeoutMs: flushMs,
  };
}
