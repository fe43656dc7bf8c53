import type { Attributes } from '../attributes.js';
import type { LogLevel } from '../log/logger.js';

/** The part of a span that travels to other processes. See `propagation.ts` for its header form. */
export interface SpanContext {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all zero. */
  readonly spanId: string;
  /** Whether whoever started the trace records it. */
  readonly sampled: boolean;
  /** Other vendors' entries, passed on verbatim. */
  readonly traceState?: string;
}

/** Which side of which kind of hop a span describes, as OpenTelemetry defines it. */
export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export interface SpanOptions {
  /** The span this one happens within; without it a new trace starts. Parents are always given by hand. */
  readonly parent?: SpanContext | undefined;
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /**
   * Spans less severe than the exporter's level are not recorded (docs/spec/host-config.md#5.2). Default
   * `info`.
   */
  readonly level?: LogLevel;
}

/** One timed step of a trace. */
export interface Span {
  /** To give to children and to {@link injectTraceContext}; `undefined` when there is no trace to continue. */
  readonly context: SpanContext | undefined;
  setAttributes(attributes: Attributes): void;
  /** Adds the error to the span and marks the span as failed. */
  recordException(error: unknown): void;
  /** Ends the span now. Later calls of any method do nothing. */
  end(): void;
}

/** Starts spans. Span names are few and fixed; what varies goes into attributes. */
export interface Tracer {
  /** Whether a span that starts now may be recorded: without that, a call saves itself the making of one. */
  enabled(): boolean;
  startSpan(name: string, options?: SpanOptions): Span;
}

/** Records nothing, but hands the parent's context on so that a trace that passes through stays whole. */
export const noopTracer: Tracer = {
  enabled: () => false,
  startSpan: (_name, options) => passThroughSpan(options?.parent),
};

/** A span that records nothing and continues `context`. */
export function passThroughSpan(context: SpanContext | undefined): Span {
  return { context, setAttributes() {}, recordException() {}, end() {} };
}
