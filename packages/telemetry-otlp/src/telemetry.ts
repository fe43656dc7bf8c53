import type {
  LogLevel,
  LogRecord,
  Meter,
  TelemetryIntake,
  TelemetryRelaySettings,
  Tracer,
} from '@wasmlattice/telemetry';
import type { ExporterOptions } from './exporters.js';

export interface TelemetryOptions extends ExporterOptions {
  readonly traces: boolean;
  readonly metrics: boolean;
  readonly logs: boolean;
  /** `service.name` of the resource: `wasmcloud-host` for a host. */
  readonly serviceName: string;
  readonly serviceVersion?: string;
  /** Further attributes of the resource; those of `OTEL_RESOURCE_ATTRIBUTES` win over them. */
  readonly resource?: Readonly<Record<string, string>>;
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
  /** Exports a log record: for the loggers of this thread. `undefined` when logs are not exported. */
  readonly log: ((record: LogRecord) => void) | undefined;
  /** What is worth recording in other threads, for their `createTelemetryRelay`. */
  readonly relaySettings: TelemetryRelaySettings;
  /** Exports what the relay of another thread posts; one for each thread. */
  intake(): TelemetryIntake;
  /** Delivers what is waiting and stops. Never rejects; further calls return the same promise. */
  shutdown(): Promise<void>;
}
