import type { Attributes, AttributeValue } from '../attributes.js';
import { boundedText } from '../bounded-text.js';
import type { LogRecord } from './log-record.js';
import { toPlainValue } from './log-value.js';
import type { LogLevel } from './logger.js';

/** A log record as plain data: it crosses threads, and OpenTelemetry can take it. */
export interface ExportedLog {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly level: LogLevel;
  readonly target: string;
  readonly message: string;
  readonly attributes: Attributes;
  /** Of the span the record belongs to, from its fields `trace_id` and `span_id`. */
  readonly traceId?: string;
  readonly spanId?: string;
}

/** Fields become attributes; what is no text, number or truth value becomes JSON. Texts beyond 8 KiB are cut. */
export function toExportedLog({ time, level, target, message, fields }: LogRecord): ExportedLog {
  const { trace_id: traceId, span_id: spanId, ...others } = fields;
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(others)) {
    if (value !== undefined) attributes[name] = toAttributeValue(value);
  }
  return {
    time,
    level,
    target,
    message: boundedText(message),
    attributes,
    ...(typeof traceId === 'string' ? { traceId } : {}),
    ...(typeof spanId === 'string' ? { spanId } : {}),
  };
}

function toAttributeValue(value: unknown): AttributeValue {
  const plain = toPlainValue(value);
  if (typeof plain === 'number' || typeof plain === 'boolean') return plain;
  return boundedText(typeof plain === 'string' ? plain : JSON.stringify(plain));
}
