export type { Attributes, AttributeValue } from './attributes.js';
export { createLogger, type LoggerOptions } from './create-logger.js';
export { describeError } from './describe-error.js';
export type { ExportedLog } from './exported-log.js';
export { createHandOver, type HandOver, type HandOverOptions, type HandOverSettings } from './hand-over.js';
export { isLevelEnabled, logLevels, parseLogLevel } from './log-level.js';
export type { LogRecord } from './log-record.js';
export { createLogRelay, type LogRelay } from './log-relay.js';
export { type LogFields, type Logger, type LogLevel, noopLogger } from './logger.js';
export {
  type Counter,
  type Gauge,
  type Histogram,
  type InstrumentOptions,
  type Meter,
  noopMeter,
  type Observation,
  type UpDownCounter,
} from './meter.js';
export { extractTraceContext, injectTraceContext } from './propagation.js';
export { createRecordingTracer, type RecordingTracerOptions } from './recording-tracer.js';
export type { SpanError, SpanRecord } from './span-record.js';
export { createStderrLogger, type LogSettings } from './stderr-logger.js';
export type { Measurement, TelemetryBatch } from './telemetry-batch.js';
export {
  noopTracer,
  passThroughSpan,
  type Span,
  type SpanContext,
  type SpanKind,
  type SpanOptions,
  type Tracer,
} from './tracer.js';
