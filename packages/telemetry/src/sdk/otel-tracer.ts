import {
  type Tracer as ApiTracer,
  isSpanContextValid,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { describeError } from '../describe-error.js';
import { isLevelEnabled } from '../log-level.js';
import type { LogLevel } from '../logger.js';
import { passThroughSpan, type Span, type SpanContext, type Tracer } from '../tracer.js';
import { otelSpanKinds, toOtelContext } from './readable-span.js';

/** Our tracer on an OpenTelemetry one. Spans below `level` are not recorded; their children join their parent. */
export function createOtelTracer(tracer: ApiTracer, level: LogLevel): Tracer {
  return {
    startSpan(name, options = {}) {
      if (!isLevelEnabled(level, options.level ?? 'info')) return passThroughSpan(options.parent);
      const { parent, kind = 'internal', attributes } = options;
      const context =
        parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, toOtelContext(parent));
      const spanOptions =
        attributes === undefined ? { kind: otelSpanKinds[kind] } : { kind: otelSpanKinds[kind], attributes };
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
