import {
  DecodeError,
  type JsonObject,
  jsonFromBytes,
  jsonToBytes,
  ObjectReader,
} from '@wasmlattice/control-interface';
import type { Attributes, ExportedLog, SpanError, SpanKind, SpanRecord } from '@wasmlattice/telemetry';
import { diagnosticsVersion } from './figures-codec.js';
import { attributesOf, checkedLine, plainAttributes, readLogLine } from './log-lines.js';

/** What ended on a host lately: spans, and what was logged within their traces. */
export interface HostTraces {
  readonly hostId: string;
  /** Why the host tells none; absent: it does. */
  readonly refusal?: string | undefined;
  readonly spans: readonly SpanRecord[];
  readonly lines: readonly ExportedLog[];
  /** Spans and lines that are missing here: there was no room for them, or they were gone when they were asked for. */
  readonly dropped: number;
  /** To ask for those that come after these. */
  readonly next: number;
  /** Whether there are some already. */
  readonly hasMore: boolean;
}

export function encodeTracesRequest(after: number): Uint8Array {
  return jsonToBytes({ version: diagnosticsVersion, after });
}

/** @throws DecodeError */
export function decodeTracesRequest(bytes: Uint8Array): number {
  if (bytes.length === 0) return 0;
  const what = 'request for traces';
  return new ObjectReader(jsonFromBytes(bytes, what), what).u64Or('after', 0);
}

/** Spans and lines as {@link encodeSpan} and `encodeLogLine` make them. */
export function encodeHostTraces({
  hostId,
  refusal,
  spans,
  lines,
  dropped,
  next,
  hasMore,
}: Omit<HostTraces, 'spans' | 'lines'> & {
  readonly spans: readonly JsonObject[];
  readonly lines: readonly JsonObject[];
}): Uint8Array {
  const version = diagnosticsVersion;
  return jsonToBytes({ version, host_id: hostId, refusal, dropped, next, has_more: hasMore, spans, lines });
}

/** @throws DecodeError */
export function decodeHostTraces(bytes: Uint8Array): HostTraces {
  const what = 'traces of a host';
  const reader = new ObjectReader(jsonFromBytes(bytes, what), what);
  return {
    hostId: reader.string('host_id'),
    refusal: reader.optionalString('refusal'),
    dropped: reader.u64Or('dropped', 0),
    next: reader.u64Or('next', 0),
    hasMore: reader.value('has_more') === true,
    spans: reader.array('spans', (item, path) => readSpan(reader.item(item, path))),
    lines: reader.array('lines', (item, path) => readLogLine(reader.item(item, path))),
  };
}

/** Times in µs since the epoch: whole numbers, as fine as a span is. */
export function encodeSpan(span: SpanRecord): JsonObject {
  const { name, kind, context, parentSpanId, startMs, endMs, attributes, error } = span;
  return {
    name,
    kind,
    trace_id: context.traceId,
    span_id: context.spanId,
    parent_span_id: parentSpanId,
    start_us: Math.round(startMs * 1_000),
    end_us: Math.round(endMs * 1_000),
    attributes: plainAttributes(attributes),
    error: error && { type: error.type, message: error.message, stack: error.stack },
  };
}

function readSpan(reader: ObjectReader): SpanRecord {
  const parentSpanId = reader.optionalString('parent_span_id');
  const endMs = reader.u64('end_us') / 1_000;
  const error = reader.value('error') === undefined ? undefined : readError(reader.object('error'), endMs);
  return {
    name: reader.string('name'),
    kind: readKind(reader.stringOr('kind', 'internal')),
    context: { traceId: reader.string('trace_id'), spanId: reader.string('span_id'), sampled: true },
    ...(parentSpanId !== undefined && { parentSpanId }),
    startMs: reader.u64('start_us') / 1_000,
    endMs,
    attributes: attributesOf(reader.value('attributes')),
    ...(error !== undefined && { error }),
  };
}

function readError(reader: ObjectReader, atMs: number): SpanError {
  const stack = reader.optionalString('stack');
  return {
    atMs,
    type: reader.string('type'),
    message: reader.string('message'),
    ...(stack !== undefined && { stack }),
  };
}

const kinds: readonly SpanKind[] = ['internal', 'server', 'client', 'producer', 'consumer'];

function readKind(text: string): SpanKind {
  return kinds.find((kind) => kind === text) ?? 'internal';
}

/** Longest name or attribute of a span that is told, and longest message and stack of its error, in characters. */
const [longestText, longestError] = [4_096, 4_096];

/** Most attributes of a span that are told. */
const mostAttributes = 64;

const ids = { trace: /^[0-9a-f]{32}$/, span: /^[0-9a-f]{16}$/ };

/** A span as it may be told, of what may be anything: a process that a guest has taken over may have sent it. */
export function checkedSpan(span: unknown, componentId?: string): SpanRecord | undefined {
  try {
    const reader = new ObjectReader(span, 'span');
    const context = reader.object('context');
    const [traceId, spanId] = [context.string('traceId'), context.string('spanId')];
    const parentSpanId = reader.optionalString('parentSpanId');
    const [startMs, endMs] = [reader.value('startMs'), reader.value('endMs')];
    if (!ids.trace.test(traceId) || !ids.span.test(spanId) || !isTime(startMs) || !isTime(endMs)) {
      return undefined;
    }
    const error = reader.value('error') === undefined ? undefined : reader.object('error');
    const stack = error?.optionalString('stack')?.slice(0, longestError);
    return {
      name: reader.string('name').slice(0, longestText),
      kind: readKind(reader.stringOr('kind', 'internal')),
      context: { traceId, spanId, sampled: true },
      ...(parentSpanId !== undefined && ids.span.test(parentSpanId) && { parentSpanId }),
      startMs,
      endMs: Math.max(startMs, endMs),
      attributes: {
        ...shortened(attributesOf(reader.value('attributes'))),
        ...(componentId !== undefined && { component_id: componentId }),
      },
      ...(error !== undefined && {
        error: {
          atMs: endMs,
          type: error.string('type').slice(0, longestText),
          message: error.string('message').slice(0, longestError),
          ...(stack !== undefined && { stack }),
        },
      }),
    };
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** A line of a trace as it may be told; see {@link checkedSpan}. */
export function checkedTraceLine(log: unknown, componentId?: string): ExportedLog | undefined {
  const line = checkedLine(log);
  if (line?.traceId === undefined || !ids.trace.test(line.traceId)) return undefined;
  const component = componentId === undefined ? {} : { component: componentId };
  return { ...line, attributes: { ...shortened(line.attributes), ...component } };
}

function shortened(attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(attributes)
      .slice(0, mostAttributes)
      .map(([name, value]) => [
        name.slice(0, longestText),
        typeof value === 'string' ? value.slice(0, longestText) : value,
      ]),
  );
}

/** A time that a wire form of whole µs can hold. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value * 1_000 <= Number.MAX_SAFE_INTEGER;
}
