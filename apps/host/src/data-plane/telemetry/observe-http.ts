import type { CallHeaders } from '@wasmlattice/rpc';
import { type CallMeasure, errorType } from '@wasmlattice/rpc/telemetry';
import {
  type Attributes,
  extractTraceContext,
  injectTraceContext,
  type Meter,
  noopMeter,
  noopTracer,
  type SpanContext,
  type Tracer,
} from '@wasmlattice/telemetry';
import type { ServedExchange } from '../http-exchange.js';
import { callSeconds } from './invocation-recorder.js';

/** Answers a request; `trace` are the headers that carry its trace on. */
export type HttpHandler = (exchange: ServedExchange, trace: CallHeaders) => Promise<void>;

/**
 * A handler of requests with a server span `http_request` for each, within the trace of the request's own headers, and
 * OpenTelemetry's metrics of HTTP servers. Without tracer and meter it only hands on the trace.
 */
export function observeHttp(
  handle: HttpHandler,
  options: {
    readonly tracer: Tracer;
    readonly meter: Meter;
    readonly componentId: string;
    readonly measure: CallMeasure;
  },
): (exchange: ServedExchange) => Promise<void> {
  const { tracer, meter, componentId } = options;
  if (tracer === noopTracer && meter === noopMeter) {
    return (exchange) => handle(exchange, traceHeaders(contextOf(exchange)));
  }
  const measureRequest = createHttpMeasure(meter, componentId);
  return async (exchange) => {
    const { method, pathWithQuery } = exchange.request;
    const span = tracer.startSpan('http_request', {
      kind: 'server',
      parent: contextOf(exchange),
      attributes: {
        component_id: componentId,
        'http.request.method': method,
        'url.path': withoutQuery(pathWithQuery),
      },
    });
    const invoked = options.measure();
    const measured = measureRequest(method);
    let error: unknown;
    try {
      await handle(exchange, traceHeaders(span.context));
    } catch (thrown) {
      error = thrown;
      throw thrown;
    } finally {
      const status = exchange.responder.status ?? statusOfUnanswered(exchange);
      const failure =
        error ?? (status !== undefined && status >= 500 ? new ServerStatusError(status) : undefined);
      const failureType =
        failure instanceof ServerStatusError ? String(status) : failure && errorType(failure);
      span.setAttributes({ 'http.response.status_code': status, 'error.type': failureType });
      if (failure !== undefined) span.recordException(failure);
      span.end();
      measured(status, failureType);
      invoked(error === undefined ? { ok: true } : { ok: false, error });
    }
  };
}

/** A response was sent that says that the server failed. */
class ServerStatusError extends Error {
  override readonly name = 'ServerStatusError';

  constructor(status: number) {
    super(`the request was answered with status ${status}`);
  }
}

/** The listener answers what its handler did not, if anybody still waits. */
function statusOfUnanswered(exchange: ServedExchange): number | undefined {
  return exchange.isDisconnected ? undefined : 500;
}

/** Names, unit and attributes: OpenTelemetry's conventions for HTTP servers. */
function createHttpMeasure(
  meter: Meter,
  componentId: string,
): (method: string) => (status: number | undefined, failureType: string | undefined) => void {
  const duration = meter.histogram('http.server.request.duration', {
    description: 'Time from the head of a request to the end of its handler',
    unit: 's',
    buckets: callSeconds,
  });
  const active = meter.upDownCounter('http.server.active_requests', {
    description: 'Requests whose handler runs',
    unit: '{request}',
  });
  const component: Attributes = { 'component.id': componentId };
  // Node takes a few dozen methods and there are a few hundred statuses: this stays small.
  const remembered = new Map<string, Attributes>();
  return (method) => {
    const startedAt = performance.now();
    active.add(1, component);
    return (status, failureType) => {
      active.add(-1, component);
      const key = `${method} ${status} ${failureType}`;
      const attributes = remembered.get(key) ?? {
        ...component,
        'http.request.method': method,
        'http.response.status_code': status,
        'error.type': failureType,
      };
      remembered.set(key, attributes);
      duration.record((performance.now() - startedAt) / 1_000, attributes);
    };
  };
}

/** The trace context a request came with. Most have none, and the length of a name says so. */
function contextOf({ request }: ServedExchange): SpanContext | undefined {
  const lines = request.headers;
  let traceparent: string | undefined;
  let tracestate: string | undefined;
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const name = lines[i] as string;
    if (name.length === traceparentLength && name.toLowerCase() === 'traceparent') {
      traceparent ??= lines[i + 1];
    } else if (name.length === tracestateLength && name.toLowerCase() === 'tracestate') {
      tracestate = tracestate === undefined ? lines[i + 1] : `${tracestate},${lines[i + 1]}`;
    }
  }
  return traceparent === undefined ? undefined : extractTraceContext({ traceparent, tracestate });
}

const traceparentLength = 'traceparent'.length;
const tracestateLength = 'tracestate'.length;

const noHeaders: CallHeaders = {};

function traceHeaders(context: SpanContext | undefined): CallHeaders {
  return context === undefined ? noHeaders : injectTraceContext(context);
}

/** What comes after the question mark may be a secret. */
function withoutQuery(path: string): string {
  const end = path.indexOf('?');
  return end === -1 ? path : path.slice(0, end);
}
