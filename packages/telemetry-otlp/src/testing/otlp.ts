import type { ProtobufMessage } from './protobuf-message.js';

// Field numbers: opentelemetry-proto, trace.proto, metrics.proto and logs.proto.

type ReceivedAttributes = Readonly<Record<string, string | number | undefined>>;

/** A span as a collector sees it. */
export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the root of a trace. */
  readonly parentSpanId: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer' | 'unspecified';
  readonly attributes: ReceivedAttributes;
  /** Message of an error status; `undefined` when the span did not fail. */
  readonly error: string | undefined;
  /** Attributes of its exception event. */
  readonly exception: ReceivedAttributes | undefined;
  /** `service.name` of the resource. */
  readonly service: string | number | undefined;
  /** Nanoseconds since the epoch, as far as a number is exact. */
  readonly start: number;
  readonly end: number;
}

/** One value of one series of a metric. */
export interface ReceivedPoint {
  readonly name: string;
  readonly unit: string;
  readonly attributes: ReceivedAttributes;
  /** A sum or gauge; of a histogram, the number of values. */
  readonly value: number;
  /** Sum of the values of a histogram. */
  readonly sum?: number;
}

/** A log record as a collector sees it. */
export interface ReceivedLog {
  /** `INFO` */
  readonly severity: string;
  readonly body: string;
  readonly attributes: ReceivedAttributes;
  /** Both empty without a span. */
  readonly traceId: string;
  readonly spanId: string;
  /** `service.name` of the resource. */
  readonly service: string | number | undefined;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

const nanosecondsPerMs = 1e6;

const spanKinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const errorStatus = 2;

/** Reads an `ExportTraceServiceRequest`. */
export function readSpans(message: ProtobufMessage): ReceivedSpan[] {
  return message.messages(1).flatMap((resourceSpans) => {
    const service = resourceSpans.messages(1)[0]?.attributes(1)['service.name'];
    return resourceSpans.at(2, 2).map((span) => {
      const [status] = span.messages(15);
      return {
        name: span.text(5) ?? '',
        traceId: span.hex(1) ?? '',
        spanId: span.hex(2) ?? '',
        parentSpanId: span.hex(4) ?? '',
        kind: spanKinds[span.number(6) ?? 0] ?? 'unspecified',
        attributes: span.attributes(9),
        error: status?.number(3) === errorStatus ? (status.text(2) ?? '') : undefined,
        exception: span
          .messages(11)
          .find((event) => event.text(2) === 'exception')
          ?.attributes(3),
        service,
        start: span.number(7) ?? 0,
        end: span.number(8) ?? 0,
      };
    });
  });
}

/** Reads an `ExportLogsServiceRequest`. */
export function readLogs(message: ProtobufMessage): ReceivedLog[] {
  return message.messages(1).flatMap((resourceLogs) => {
    const service = resourceLogs.messages(1)[0]?.attributes(1)['service.name'];
    return resourceLogs.at(2, 2).map((log) => ({
      severity: log.text(3) ?? '',
      body: log.messages(5)[0]?.text(1) ?? '',
      attributes: log.attributes(6),
      traceId: log.hex(9) ?? '',
      spanId: log.hex(10) ?? '',
      service,
      time: (log.number(1) ?? 0) / nanosecondsPerMs,
    }));
  });
}

/** Reads an `ExportMetricsServiceRequest`. */
export function readPoints(message: ProtobufMessage): ReceivedPoint[] {
  return message.at(1, 2, 2).flatMap((metric) => {
    const about = { name: metric.text(1) ?? '', unit: metric.text(3) ?? '' };
    const [gauge, sum, histogram] = [5, 7, 9].map((field) => metric.at(field, 1));
    return [
      ...[...(gauge ?? []), ...(sum ?? [])].map((point) => ({
        ...about,
        attributes: point.attributes(7),
        // OTLP has doubles and whole numbers.
        value: point.number(6) ?? point.double(4) ?? 0,
      })),
      ...(histogram ?? []).map((point) => ({
        ...about,
        attributes: point.attributes(9),
        value: point.number(4) ?? 0,
        sum: point.double(5) ?? 0,
      })),
    ];
  });
}
