import { noopMeter, noopTracer } from '@wasmlattice/telemetry';
import { readOtelEnvironment } from './environment.js';
import type { Telemetry, TelemetryOptions } from './telemetry.js';

/**
 * Starts the export of traces, metrics and logs over OTLP (docs/spec/host-config.md#3), on OpenTelemetry's
 * `NodeSDK`. Only apps call this, and pass the tracer and meter on: the SDK registers its providers and a
 * context manager for the whole thread, which is an app's decision to make. There is one start at a time;
 * after {@link Telemetry.shutdown} another may follow.
 *
 * OpenTelemetry is loaded only if a signal is on: an app without observability does not pay for it. A collector that
 * can't be reached never disturbs the app; what its queue can't hold is dropped. What the SDK offers beyond these
 * options stays with its own variables: `OTEL_LOG_LEVEL`, and of the exporters `OTEL_EXPORTER_OTLP_HEADERS`,
 * `…_TIMEOUT` and `…_COMPRESSION`, read by it from the process.
 *
 * Other threads record with `createTelemetryRelay` and leave the export to this one: {@link Telemetry.intake}.
 *
 * @throws InvalidEndpointError for an endpoint that is no URL
 */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { traces, metrics, logs } = options;
  if ((!traces && !metrics && !logs) || readOtelEnvironment(options.env ?? {}).disabled) {
    return noTelemetry;
  }
  const { startOtel } = await import('./start-otel.js');
  return startOtel(options);
}

/** Nothing is recorded or exported. */
export const noTelemetry: Telemetry = {
  tracer: noopTracer,
  meter: noopMeter,
  log: undefined,
  relaySettings: { traceLevel: undefined, metrics: false, logs: false },
  intake: () => ({ accept() {}, close() {} }),
  shutdown: async () => {},
};
