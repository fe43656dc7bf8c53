import { context, logs, metrics, trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, type LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { type IMetricReader, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace';
import {
  createRecordingTracer,
  createTelemetryIntakes,
  type ExportedLog,
  noopMeter,
  noopTracer,
  type SpanRecord,
  toExportedLog,
} from '@wasmlattice/telemetry';
import { type OtelEnvironment, readOtelEnvironment } from './environment.js';
import { createLogExporter, createMetricExporter, createSpanExporter } from './exporters.js';
import { createFailureReports, type FailureReports } from './failure-reports.js';
import { emitLog } from './otel-log.js';
import { createOtelMeter } from './otel-meter.js';
import { toReadableSpan } from './readable-span.js';
import type { Telemetry, TelemetryOptions } from './telemetry.js';

/** Instrumentation scopes as upstream names them. */
const tracerScope = 'wasmcloud-tracing';
const meterScope = 'wasmcloud-host';

const defaultShutdownTimeoutMs = 5000;

/** A collector that has failed is not given that long to take the last data, in ms. */
const failingShutdownTimeoutMs = 250;

/** What OpenTelemetry registers is one for the whole thread, so there is one start at a time. */
let running = false;

/** The collector took too long over what was left at the end. */
class LastDataLostError extends Error {
  override readonly name = 'LastDataLostError';

  constructor(timeoutMs: number) {
    super(`the telemetry collector did not take the last data within ${timeoutMs} ms`);
  }
}

/** The part of `startTelemetry` that needs OpenTelemetry. */
export function startOtel(options: TelemetryOptions): Telemetry {
  if (running) throw new Error('telemetry is running already: shut it down before it is started again');
  const env = readOtelEnvironment(options.env ?? {});
  const onError = options.onError ?? (() => {});
  const failures = createFailureReports(onError);
  const resource = resourceFromAttributes({
    ...(options.serviceVersion !== undefined && { 'service.version': options.serviceVersion }),
    ...options.resource,
    ...env.resourceAttributes,
    'service.name': options.serviceName,
  });
  const spans = options.traces ? spanProcessor(options, env, failures) : undefined;
  const sdk = new NodeSDK({
    // Nothing is detected: the resource is what upstream's is.
    autoDetectResources: false,
    resource,
    // Without a list the SDK would choose exporters of its own by OTEL_*_EXPORTER; an empty one leaves a signal off.
    spanProcessors: spans === undefined ? [] : [spans],
    metricReaders: options.metrics ? [metricReader(options, env, failures)] : [],
    logRecordProcessors: options.logs ? [logProcessor(options, env, failures)] : [],
    // Contexts travel by `injectTraceContext`.
    textMapPropagator: null,
  });
  sdk.start();
  running = true;

  const stop = async (): Promise<void> => {
    const { shutdownTimeoutMs = defaultShutdownTimeoutMs } = options;
    const timeoutMs = failures.failing
      ? Math.min(shutdownTimeoutMs, failingShutdownTimeoutMs)
      : shutdownTimeoutMs;
    try {
      await withDeadline(sdk.shutdown(), timeoutMs);
    } catch (error) {
      // Exporters that fail have told so.
      if (!failures.failing) onError(error);
    }
    for (const registered of [trace, metrics, logs, context]) registered.disable();
    running = false;
  };
  const { serviceVersion: version, traceLevel = 'info' } = options;
  const meter = options.metrics ? createOtelMeter(metrics.getMeter(meterScope, version)) : noopMeter;
  const scope = { name: tracerScope, ...(version === undefined ? {} : { version }) };
  const record = (span: SpanRecord): void => spans?.onEnd(toReadableSpan(span, { resource, scope }));
  const logger = logs.getLogger(meterScope, version);
  const emit = (log: ExportedLog): void => emitLog(logger, log);
  let stopped: Promise<void> | undefined;
  return {
    tracer: options.traces ? createRecordingTracer({ level: traceLevel, record }) : noopTracer,
    meter,
    log: options.logs ? (record) => emit(toExportedLog(record)) : undefined,
    relaySettings: {
      traceLevel: options.traces ? traceLevel : undefined,
      metrics: options.metrics,
      logs: options.logs,
    },
    intake: createTelemetryIntakes({ meter, span: record, log: emit }),
    shutdown() {
      stopped ??= stop();
      return stopped;
    },
  };
}

function spanProcessor(
  options: TelemetryOptions,
  env: OtelEnvironment,
  failures: FailureReports,
): SpanProcessor {
  const exporter = failures.watch(createSpanExporter(options));
  return new BatchSpanProcessor({ exporter, ...env.batch });
}

function logProcessor(
  options: TelemetryOptions,
  env: OtelEnvironment,
  failures: FailureReports,
): LogRecordProcessor {
  const exporter = failures.watch(createLogExporter(options));
  return new BatchLogRecordProcessor({ exporter, ...env.logs });
}

function metricReader(
  options: TelemetryOptions,
  env: OtelEnvironment,
  failures: FailureReports,
): IMetricReader {
  const exporter = failures.watch(createMetricExporter(options));
  return new PeriodicExportingMetricReader({ exporter, ...env.metrics });
}

/** Waiting for telemetry must not keep a stopping host from stopping. */
async function withDeadline(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new LastDataLostError(timeoutMs)), timeoutMs);
  try {
    await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
    // Whoever loses the race may still fail, with nobody listening.
    work.catch(() => {});
  }
}
