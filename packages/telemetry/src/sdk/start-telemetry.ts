import type { LogLevel } from '../logger.js';
import { type Meter, noopMeter } from '../meter.js';
import { noopTracer, type Tracer } from '../tracer.js';
import type { ExporterOptions } from './exporters.js';

export interface TelemetryOptions extends ExporterOptions {
  readonly traces: boolean;
  readonly metrics: boolean;
  /** `service.name` of the resource: `wasmcloud-host` for a host. */
  readonly serviceName: string;
  readonly serviceVersion?: string;
  /** Least severe level of spans that are exported; `info` by default. */
  readonly traceLevel?: LogLevel;
  /** `OTEL_*` variables, from whoever may read the process environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Longest time {@link Telemetry.shutdown} waits for a collector that does not answer, in ms. Default 5000. */
  readonly shutdownTimeoutMs?: number;
  /** Told when a collector stops taking data, once until it works again, and when the last data is lost. */
  readonly onError?: (error: unknown) => void;
}

export interface Telemetry {
  readonly tracer: Tracer;
  readonly meter: Meter;
  /** Delivers what is waiting and stops. Never rejects; further calls return the same promise. */
  shutdown(): Promise<void>;
}

/**
 * Starts the export of traces and metrics over OTLP (spec host-config §3), on OpenTelemetry's `NodeSDK`. Only apps call
 * this, and pass the tracer and meter on: the SDK registers its providers and a context manager for the whole thread,
 * which is an app's decision to make. There is one start at a time; after {@link Telemetry.shutdown} another may follow.
 *
 * OpenTelemetry is loaded only if a signal is on: an app without observability does not pay for it. A collector that
 * can't be reached never disturbs the app; what its queue can't hold is dropped. What the SDK offers beyond these
 * options stays with its own variables: `OTEL_SDK_DISABLED`, `OTEL_LOG_LEVEL` and the span limits, read by it from the
 * process.
 *
 * @throws InvalidEndpointError for an endpoint that is no URL
 */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  if (!options.traces && !options.metrics) {
    return { tracer: noopTracer, meter: noopMeter, shutdown: async () => {} };
  }
  const { startOtel } = await import('./start-otel.js');
  return startOtel(options);
}
