import { type ExportedLog, toExportedLog } from '../log/exported-log.js';
import type { LogRecord } from '../log/log-record.js';
import type { LogLevel } from '../log/logger.js';
import { createBufferingMeter } from '../metric/buffering-meter.js';
import { type Meter, noopMeter } from '../metric/meter.js';
import type { Redactor } from '../redaction/redactor.js';
import { createRecordingTracer } from '../trace/recording-tracer.js';
import type { SpanRecord } from '../trace/span-record.js';
import type { TraceTap } from '../trace/trace-tap.js';
import { noopTracer, type Tracer } from '../trace/tracer.js';
import type { TelemetryBatch } from './telemetry-batch.js';

/** What is worth recording, since it is exported; plain data, for a thread to be born with. */
export interface TelemetryRelaySettings {
  /** Least severe level of spans; `undefined`: no traces. */
  readonly traceLevel: LogLevel | undefined;
  readonly metrics: boolean;
  readonly logs: boolean;
}

export interface TelemetryRelayOptions extends TelemetryRelaySettings {
  /** Takes what was recorded: posts it to the thread that exports. All of it is plain data. */
  readonly post: (batch: TelemetryBatch) => void;
  /** Takes values out of spans; the loggers of the thread do so themselves. */
  readonly redactor?: Pick<Redactor, 'span'> | undefined;
  /** Takes spans as well, while it is open, whether traces are exported or not. */
  readonly tap?: TraceTap | undefined;
  /** Longest time between a record and its batch, in ms. Default 500. */
  readonly intervalMs?: number;
  /** Spans, or log records, that fill a batch before its time. Default 512, as many as an export takes. */
  readonly maxRecords?: number;
}

/** Tracer, meter and sink of log records of a thread that leaves the export to another one. */
export interface TelemetryRelay {
  readonly tracer: Tracer;
  readonly meter: Meter;
  /** For the loggers of the thread; `undefined` when logs are not exported. */
  readonly log: ((record: LogRecord) => void) | undefined;
  /** Posts what is left and ends the timer; safe to call twice. */
  close(): void;
}

/**
 * Collects spans, measurements and log records and posts them in batches; a `TelemetryIntake` takes them. Nothing of OpenTelemetry is loaded for it: an SDK of its
 * own costs each thread some 0.5 s of start-up and 15 MB, and would encode and send beside the calls it measures.
 */
export function createTelemetryRelay(options: TelemetryRelayOptions): TelemetryRelay {
  const { traceLevel, metrics, post, tap, intervalMs = 500, maxRecords = 512 } = options;
  const isExported = traceLevel !== undefined || metrics || options.logs;
  if (!isExported && tap === undefined) {
    return { tracer: noopTracer, meter: noopMeter, log: undefined, close() {} };
  }

  let spans: SpanRecord[] = [];
  let logs: ExportedLog[] = [];
  const meter = metrics ? createBufferingMeter() : undefined;
  const flush = (): void => {
    const measurements = meter?.take() ?? [];
    if (spans.length === 0 && logs.length === 0 && measurements.length === 0) return;
    const batch = { spans, logs, measurements };
    spans = [];
    logs = [];
    try {
      post(batch);
    } catch {
      // What can't be posted is lost; the call that filled the batch has nothing to do with it.
    }
  };
  const record = (given: SpanRecord): void => {
    const span = options.redactor?.span(given) ?? given;
    tap?.takeSpan(span);
    if (traceLevel === undefined) return;
    spans.push(span);
    if (spans.length >= maxRecords) flush();
  };
  const log = (given: LogRecord): void => {
    logs.push(toExportedLog(given));
    if (logs.length >= maxRecords) flush();
  };
  const timer = isExported ? setInterval(flush, intervalMs).unref() : undefined;
  return {
    tracer: createTracer(record, traceLevel, tap),
    meter: meter ?? noopMeter,
    log: options.logs ? log : undefined,
    close() {
      clearInterval(timer);
      flush();
    },
  };
}

/** What is exported is recorded always; what the tap alone wants, while it is open, and of the traces that begin here only some. */
function createTracer(
  record: (span: SpanRecord) => void,
  level: LogLevel | undefined,
  tap: TraceTap | undefined,
): Tracer {
  if (level !== undefined) return createRecordingTracer({ level, record });
  if (tap === undefined) return noopTracer;
  return createRecordingTracer({
    record,
    isEnabled: tap.isOpen,
    startsTrace: (kind) => kind === 'server' && tap.startsTrace(),
  });
}
