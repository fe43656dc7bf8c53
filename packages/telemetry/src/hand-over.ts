import { createBufferingMeter } from './buffering-meter.js';
import type { LogLevel } from './logger.js';
import { type Meter, noopMeter } from './meter.js';
import { createRecordingTracer } from './recording-tracer.js';
import type { SpanRecord } from './span-record.js';
import type { TelemetryBatch } from './telemetry-batch.js';
import { noopTracer, type Tracer } from './tracer.js';

/** What is exported; plain data, for a thread to be born with. */
export interface HandOverSettings {
  /** Least severe level of spans; `undefined`: no traces. */
  readonly traceLevel: LogLevel | undefined;
  readonly metrics: boolean;
}

export interface HandOverOptions extends HandOverSettings {
  /** Takes what was measured: posts it to the thread that exports. Spans and measurements are plain data. */
  readonly post: (batch: TelemetryBatch) => void;
  /** Longest time between a measurement and its batch, in ms. Default 500. */
  readonly intervalMs?: number;
  /** Spans that fill a batch before its time. Default 512, as many as an export takes. */
  readonly maxSpans?: number;
}

/** Tracer and meter of a thread that exports nothing itself. */
export interface HandOver {
  readonly tracer: Tracer;
  readonly meter: Meter;
  /** Posts what is left and ends the timer; safe to call twice. */
  close(): void;
}

/**
 * Collects spans and measurements and hands them over in batches. Nothing of OpenTelemetry is loaded for it: an SDK of its
 * own costs each thread some 0.5 s of start-up and 15 MB, and would encode and send beside the calls it measures.
 */
export function createHandOver(options: HandOverOptions): HandOver {
  const { traceLevel, metrics, post, intervalMs = 500, maxSpans = 512 } = options;
  if (traceLevel === undefined && !metrics) return { tracer: noopTracer, meter: noopMeter, close() {} };

  let spans: SpanRecord[] = [];
  const meter = metrics ? createBufferingMeter() : undefined;
  const flush = (): void => {
    const batch = { spans, measurements: meter?.take() ?? [] };
    spans = [];
    if (batch.spans.length > 0 || batch.measurements.length > 0) post(batch);
  };
  const record = (span: SpanRecord): void => {
    spans.push(span);
    if (spans.length >= maxSpans) flush();
  };
  const timer = setInterval(flush, intervalMs);
  timer.unref();
  return {
    tracer: traceLevel === undefined ? noopTracer : createRecordingTracer({ level: traceLevel, record }),
    meter: meter ?? noopMeter,
    close() {
      clearInterval(timer);
      flush();
    },
  };
}
