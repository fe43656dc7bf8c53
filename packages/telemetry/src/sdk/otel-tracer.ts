import {
  type Tracer as ApiTracer,
  createTraceState,
  isSpanContextValid,
  type Span as OtelSpan,
  SpanKind as OtelSpanKind,
  ROOT_CONTEXT,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { describeError } from '../describe-error.js';
import { isLevelEnabled } from '../log-level.js';
import type { LogLevel } from '../logger.js';
import { passThroughSpan, type Span, type SpanContext, type SpanKind, type Tracer } from '../tracer.js';

const kinds: Readonly<Record<SpanKind, OtelSpanKind>> = {
  internal: OtelSpanKind.INTERNAL,
  server: OtelSpanKind.SERVER,
  client: OtelSpanKind.CLIENT,
  producer: OtelSpanKind.PRODUCER,
  consumer: OtelSpanKind.CONSUMER,
};

/** Our tracer on an OpenTelemetry one. Spans below `level` are not recorded; their children join their parent. */
export function createOtelTracer(tracer: ApiTracer, level: LogLevel): Tracer {
  return {
    startSpan(name, options = {}) {
      if (!isLevelEnabled(level, options.level ?? 'info')) return passThroughSpan(options.parent);
      const { parent, kind = 'internal', attributes } = options;
      const context =
        parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, toOtelContext(parent));
      const spanOptions =
        attributes === undefined ? { kind: kinds[kind] } : { kind: kinds[kind], attributes };
      return wrapSpan(tracer.startSpan(name, spanOptions, context));
    },
  };
}

function wrapSpan(span: OtelSpan): Span {
  return {
    context: fromOtelContext(span.spanContext()),
    setAttributes: (attributes) => void span.setAttributes({ ...attributes }),
    recordException(error) {
      span.recordException(error instanceof Error ? error : describeError(error));
      span.setStatus({ code: SpanStatusCode.ERROR, message: describeError(error) });
    },
    end: () => span.end(),
  };
}

type OtelContext = ReturnType<OtelSpan['spanContext']>;

function toOtelContext(context: SpanContext): OtelContext {
  return {
    traceId: context.traceId,
    spanId: context.spanId,
    traceFlags: context.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
    ...(context.traceState === undefined ? {} : { traceState: createTraceState(context.traceState) }),
  };
}

/** A switched-off SDK (`OTEL_SDK_DISABLED`) begins no traces: its contexts are all zeros. */
function fromOtelContext(context: OtelContext): SpanContext | undefined {
  if (!isSpanContextValid(context)) return undefined;
  const traceState = context.traceState?.serialize();
  return {
    traceId: context.traceId,
    spanId: context.spanId,
    sampled: (context.traceFlags & TraceFlags.SAMPLED) !== 0,
    ...(traceState === undefined || traceState === '' ? {} : { traceState }),
  };
}
