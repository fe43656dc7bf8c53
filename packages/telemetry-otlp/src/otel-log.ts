import {
  type Logger as ApiLogger,
  ROOT_CONTEXT,
  SeverityNumber,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import type { ExportedLog, LogLevel } from '@wasmlattice/telemetry';
import { toHrTime } from './hr-time.js';
import { presentAttributes } from './present-attributes.js';

const severities: Readonly<Record<LogLevel, SeverityNumber>> = {
  error: SeverityNumber.ERROR,
  warn: SeverityNumber.WARN,
  info: SeverityNumber.INFO,
  debug: SeverityNumber.DEBUG,
  trace: SeverityNumber.TRACE,
};

/** Gives a record to OpenTelemetry; `target` becomes an attribute, as in upstream's logs. */
export function emitLog(logger: ApiLogger, log: ExportedLog): void {
  const { time, level, target, message, attributes, traceId, spanId } = log;
  logger.emit({
    timestamp: toHrTime(time),
    severityNumber: severities[level],
    severityText: level.toUpperCase(),
    body: message,
    attributes: { ...presentAttributes(attributes), target },
    ...(traceId === undefined || spanId === undefined
      ? {}
      : { context: trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED }) }),
  });
}
