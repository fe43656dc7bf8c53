import { createTraceState, SpanKind as OtelSpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { SpanContext, SpanError, SpanKind, SpanRecord } from '@wasmlattice/telemetry';
import { toHrTime } from './hr-time.js';
import { presentAttributes } from './present-attributes.js';

/** Kinds as OpenTelemetry numbers them. */
const kinds: Readonly<Record<SpanKind, OtelSpanKind>> = {
  internal: OtelSpanKind.INTERNAL,
  server: OtelSpanKind.SERVER,
  client: OtelSpanKind.CLIENT,
  producer: OtelSpanKind.PRODUCER,
  consumer: OtelSpanKind.CONSUMER,
};

type OtelContext = ReturnType<ReadableSpan['spanContext']>;

/** A span in the form that the SDK's exporters take. */
export function toReadableSpan(
  span: SpanRecord,
  from: { readonly resource: Resource; readonly scope: ReadableSpan['instrumentationScope'] },
): ReadableSpan {
  const { name, kind, context, parentSpanId, startMs, endMs, attributes, error } = span;
  const spanContext = toOtelContext(context);
  return {
    name,
    kind: kinds[kind],
    spanContext: () => spanContext,
    ...(parentSpanId === undefined
      ? {}
      : { parentSpanContext: { ...spanContext, spanId: parentSpanId, isRemote: true } }),
    startTime: toHrTime(startMs),
    endTime: toHrTime(endMs),
    duration: toHrTime(endMs - startMs),
    status:
      error === undefined
        ? { code: SpanStatusCode.UNSET }
        : { code: SpanStatusCode.ERROR, message: error.message },
    attributes: presentAttributes(attributes),
    events: error === undefined ? [] : [exceptionEvent(error)],
    links: [],
    ended: true,
    resource: from.resource,
    instrumentationScope: from.scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** Attribute names: OpenTelemetry's conventions for exceptions. */
function exceptionEvent({ atMs, type, message, stack }: SpanError): ReadableSpan['events'][number] {
  return {
    name: 'exception',
    time: toHrTime(atMs),
    attributes: {
      'exception.type': type,
      'exception.message': message,
      ...(stack === undefined ? {} : { 'exception.stacktrace': stack }),
    },
    droppedAttributesCount: 0,
  };
}

function toOtelContext({ traceId, spanId, sampled, traceState }: SpanContext): OtelContext {
  return {
    traceId,
    spanId,
    traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    ...(traceState === undefined ? {} : { traceState: createTraceState(traceState) }),
  };
}
