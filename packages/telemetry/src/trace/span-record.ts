import type { Attributes } from '../attributes.js';
import type { SpanContext, SpanKind } from './tracer.js';

/** A finished span as plain data: it crosses threads, and a test can look at it. Times are in ms since the epoch, with fractions. */
export interface SpanRecord {
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: SpanContext;
  /** Span id of the parent; a span without one is the root of its trace. */
  readonly parentSpanId?: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  /** Why the span failed; absent: it did not. */
  readonly error?: SpanError;
}

export interface SpanError {
  /** When it was recorded, in ms since the epoch. */
  readonly atMs: number;
  readonly type: string;
  /** With its causes, on one line. */
  readonly message: string;
  readonly stack?: string;
}
