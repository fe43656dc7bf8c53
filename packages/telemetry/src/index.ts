export type { Attributes, AttributeValue } from './attributes.js';
export { describeError } from './describe-error.js';
export { createLogger, type LoggerOptions } from './log/create-logger.js';
export { createDeferredLogSink, type DeferredLogSink } from './log/deferred-log-sink.js';
export { type ExportedLog, toExportedLog } from './log/exported-log.js';
export { formatTextRecord } from './log/log-format.js';
export { isLevelEnabled, logLevels, parseLogLevel } from './log/log-level.js';
export type { LogRecord } from './log/log-record.js';
export { createLogTap, type LogBatch, type LogTap, type LogTapOptions } from './log/log-tap.js';
export { type LogFields, type Logger, type LogLevel, noopLogger } from './log/logger.js';
export { createStderrLogger, type LogSettings } from './log/stderr-logger.js';
export type { Measurement } from './metric/measurement.js';
export {
  type Counter,
  type Gauge,
  type Histogram,
  type InstrumentOptions,
  type Meter,
  noopMeter,
  type Observation,
  type UpDownCounter,
} from './metric/meter.js';
export { extractTraceContext, injectTraceContext } from './propagation.js';
export { redactingTracer } from './redaction/redacting-tracer.js';
export { Redactor } from './redaction/redactor.js';
export { shownSecret } from './redaction/shown-secret.js';
export type { TelemetryBatch } from './relay/telemetry-batch.js';
export {
  createTelemetryIntakes,
  type TelemetryDestination,
  type TelemetryIntake,
} from './relay/telemetry-intake.js';
export {
  createTelemetryRelay,
  type TelemetryRelay,
  type TelemetryRelayOptions,
  type TelemetryRelaySettings,
} from './relay/telemetry-relay.js';
export { createRecordingTracer, type RecordingTracerOptions } from './trace/recording-tracer.js';
export type { SpanError, SpanRecord } from './trace/span-record.js';
export {
  createTraceTap,
  type TraceBatch,
  type TraceTap,
  type TraceTapOptions,
} from './trace/trace-tap.js';
export {
  noopTracer,
  passThroughSpan,
  type Span,
  type SpanContext,
  type SpanKind,
  type SpanOptions,
  type Tracer,
} from './trace/tracer.js';
