import type { Logger } from '@wasmlattice/telemetry';
import { noTelemetry, startTelemetry, type Telemetry } from '@wasmlattice/telemetry-otlp';
import { hostVersion } from './config/host-version.js';
import type { Environment } from './config/read-settings.js';
import type { HostConfig } from './config.js';

/** Share of the shutdown time that the last spans and metrics may use to leave. */
const flushShare = 0.2;

/** A collector that takes longer than this will not answer at all, in ms. */
const maxFlushMs = 2_000;

/**
 * Starts the export of the signals that are on. What keeps it from starting is logged, and the host goes on without
 * (docs/spec/host-config.md#2). A collector that can't be reached is logged once, until it works again.
 */
export async function startHostTelemetry(options: {
  readonly config: HostConfig;
  readonly hostId: string;
  readonly env: Environment;
  /** Certificates of `--tls-ca-path`, each as PEM. */
  readonly authorities: readonly string[];
  readonly logger: Logger;
}): Promise<Telemetry> {
  const { authorities, config, env, hostId, logger } = options;
  const { protocol, signalProtocols, traceLevel, endpoint, traces, metrics, logs } = config.observability;
  try {
    return await startTelemetry({
      traces: traces.enabled,
      metrics: metrics.enabled,
      logs: logs.enabled,
      serviceName: env.OTEL_SERVICE_NAME?.trim() || 'wasmcloud-host',
      serviceVersion: hostVersion,
      resource: {
        'service.instance.id': hostId,
        'wasmcloud.lattice': config.lattice,
        'wasmcloud.host.id': hostId,
      },
      certificateAuthorities: authorities,
      protocol,
      signalProtocols,
      endpoint,
      signalEndpoints: { traces: traces.endpoint, metrics: metrics.endpoint, logs: logs.endpoint },
      traceLevel,
      env,
      shutdownTimeoutMs: Math.min(maxFlushMs, config.shutdownTimeoutMs * flushShare),
      onError: (error) =>
        logger.warn('telemetry could not be delivered: check the OTLP endpoint; calls go on without them', {
          error,
        }),
    });
  } catch (error) {
    logger.error('the host goes on without telemetry: its export did not start', { error });
    return noTelemetry;
  }
}
