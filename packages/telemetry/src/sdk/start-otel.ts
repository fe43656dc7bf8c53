import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { noopMeter } from '../meter.js';
import { noopTracer } from '../tracer.js';
import { readOtelEnvironment } from './environment.js';
import { createMetricExporter, createSpanExporter } from './exporters.js';
import { createOtelMeter } from './otel-meter.js';
import { createOtelTracer } from './otel-tracer.js';
import { reportFailures } from './report-failures.js';
import type { Telemetry, TelemetryOptions } from './start-telemetry.js';

/** Instrumentation scopes as upstream names them. */
const tracerScope = 'wasmcloud-tracing';
const meterScope = 'wasmcloud-host';

const defaultShutdownTimeoutMs = 5000;

export async function startOtel(options: TelemetryOptions): Promise<Telemetry> {
  const env = readOtelEnvironment(options.env ?? {});
  const resource = resourceFromAttributes({ ...env.resourceAttributes, 'service.name': options.serviceName });
  // Exporters first: only they can fail, and nothing runs yet that would have to be stopped again.
  const spanExporter = options.traces ? await createSpanExporter(options) : undefined;
  const metricExporter = options.metrics ? await createMetricExporter(options) : undefined;
  const onError = options.onError ?? (() => {});
  const tracerProvider =
    spanExporter &&
    new TracerProvider({
      resource,
      // Set by hand as upstream does, so that OTEL_TRACES_SAMPLER has no effect.
      sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
      spanProcessors: [
        new BatchSpanProcessor({ exporter: reportFailures(spanExporter, onError), ...env.batch }),
      ],
    });
  const meterProvider =
    metricExporter &&
    new MeterProvider({
      resource,
      readers: [
        new PeriodicExportingMetricReader({
          exporter: reportFailures(metricExporter, onError),
          ...env.metrics,
        }),
      ],
    });
  const tracer = tracerProvider?.getTracer(tracerScope, options.serviceVersion);
  const meter = meterProvider?.getMeter(meterScope, options.serviceVersion);

  const stop = async (): Promise<void> => {
    const stopping = Promise.all([tracerProvider?.shutdown(), meterProvider?.shutdown()]);
    await withDeadline(stopping, options.shutdownTimeoutMs ?? defaultShutdownTimeoutMs).catch(onError);
  };
  let stopped: Promise<void> | undefined;
  return {
    tracer: tracer === undefined ? noopTracer : createOtelTracer(tracer, options.traceLevel ?? 'info'),
    meter: meter === undefined ? noopMeter : createOtelMeter(meter),
    shutdown() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** Waiting for telemetry must not keep a stopping host from stopping. */
async function withDeadline(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`the telemetry collector did not take the last data within ${timeoutMs} ms`)),
    timeoutMs,
  );
  try {
    await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
    // Whoever loses the race may still fail, with nobody listening.
    work.catch(() => {});
  }
}
