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
import { IncompleteResponseError } from '@wasmlattice/wasm-runtime';
import type { HandlerOutcome } from '@wasmlattice/wasm-runtime/host-functions';
import type { ServedExchange } from '../http/exchange.js';
import { callSeconds } from './invocation-recorder.js';
import { showExchange } from './shown-exchange.js';

/**
 * Answers a request and tells how that went; `trace` are the headers that carry its trace on, `source` is the HTTP server that the request
 * came to.
 */
export type HttpHandler = (
  exchange: ServedExchange,
  trace: CallHeaders,
  source?: string,
) => Promise<HandlerOutcome>;

/**
 * Answers a request; settles when the exchange is over for whoever answers it. `source` is the id of the HTTP server that the request came
 * to.
 */
export type HttpRequestHandler = (exchange: ServedExchange, source?: string) => Promise<unknown>;

/**
 * A handler of requests with a server span `http_request` for each, within the trace of the request's own headers, and
 * OpenTelemetry's metrics of HTTP servers. Without tracer and meter it only hands on the trace.
 *
 * A request fails when its guest did, and when a guest answers that it did (5xx); not when its client leaves.
 */
export function observeHttp(
  handle: HttpHandler,
  options: {
    readonly tracer: Tracer;
    readonly meter: Meter;
    readonly componentId: string;
    readonly measure: CallMeasure;
    /** Whether spans have the headers and the beginnings of bodies, too: for development. */
    readonly showsExchanges?: boolean | undefined;
  },
): HttpRequestHandler {
  const { tracer, meter, componentId, showsExchanges = false } = options;
  const handOn: HttpRequestHandler = (exchange, source) =>
    handle(exchange, traceHeaders(contextOf(exchange)), source);
  if (tracer === noopTracer && meter === noopMeter) return handOn;
  const measureRequest = createHttpMeasure(meter, componentId);
  const observed: HttpRequestHandler = async (exchange, source) => {
    const { method, pathWithQuery } = exchange.request;
    const span = tracer.startSpan('http_request', {
      kind: 'server',
      parent: contextOf(exchange),
      attributes: {
        component_id: componentId,
        'http.request.method': method,
        'url.path': shownPath(pathWithQuery),
      },
    });
    const invoked = options.measure();
    const measured = measureRequest(method);
    const shown = showsExchanges && tracer.enabled() ? showExchange(exchange) : undefined;
    const end = (failure: unknown): void => {
      const ended = describeEnd(exchange, failure);
      span.setAttributes({
        ...shown?.attributes(),
        'http.response.status_code': ended.status,
        'error.type': ended.errorType,
      });
      if (ended.error !== undefined) span.recordException(ended.error);
      span.end();
      measured(ended.status, ended.errorType);
      invoked(failure === undefined ? { ok: true } : { ok: false, error: failure });
    };
    try {
      const outcome = await handle(shown?.exchange ?? exchange, traceHeaders(span.context), source);
      end(failureOf(outcome));
      return outcome;
    } catch (error) {
      end(error);
      throw error;
    }
  };
  if (meter !== noopMeter) return observed;
  // No function that waits for the other in between: most requests are not traced.
  return (exchange, source) => (tracer.enabled() ? observed : handOn)(exchange, source);
}

/** Why the guest's invocation failed; a guest that answers has not failed, whatever it answers. */
function failureOf(outcome: HandlerOutcome): unknown {
  switch (outcome.kind) {
    case 'answered':
    case 'error-code':
      return undefined;
    case 'incomplete':
      return new IncompleteResponseError(outcome.reason, outcome.guestStderr);
    case 'trapped':
      return outcome.cause;
  }
}

interface RequestEnd {
  /** `undefined` when nobody was there any more to be answered. */
  readonly status: number | undefined;
  readonly error?: unknown;
  readonly errorType?: string;
}

function describeEnd({ responder, isDisconnected }: ServedExchange, failure: unknown): RequestEnd {
  if (isDisconnected) return { status: responder.status };
  // The listener answers what its handler did not.
  const { status = 500 } = responder;
  if (failure !== undefined) return { status, error: failure, errorType: errorType(failure) };
  if (status < 500) return { status };
  return { status, error: new ServerStatusError(status), errorType: String(status) };
}

/** A response was sent that says that the server failed. */
class ServerStatusError extends Error {
  override readonly name = 'ServerStatusError';

  constructor(status: number) {
    super(`the request was answered with status ${status}`);
  }
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

/** What comes after the question mark may be a secret; a path may be as long as a whole head. */
function shownPath(pathWithQuery: string): string {
  const query = pathWithQuery.indexOf('?');
  return pathWithQuery.slice(0, Math.min(query === -1 ? pathWithQuery.length : query, maxPathLength));
}

const maxPathLength = 1_024;
