import {
  type Attributes,
  extractTraceContext,
  injectTraceContext,
  noopTracer,
  type Tracer,
} from '@wasmlattice/telemetry';
import { wireName } from '../names.js';
import type { CallContext, CallHandler, ServedFunction, Server } from '../serve.js';
import { errorType } from './error-type.js';

export interface TraceServerOptions {
  readonly tracer: Tracer;
  /** Of each span: `component_invocation`. */
  readonly spanName: string;
  /** Of each span, besides those of the function: who serves. */
  readonly attributes?: Attributes;
}

/**
 * A server with a server span for each call, from the moment its parameters are there until the handler has its result or
 * failed. Parent is the trace context in the call's headers; the handler finds that of the span there instead. Attributes:
 * `instance`, `func`, and `error.type` of a call that failed.
 *
 * With the no-op tracer it is the server itself.
 */
export function traceServer(server: Server, options: TraceServerOptions): Server {
  if (options.tracer === noopTracer) return server;
  return {
    serve: (served) => server.serve({ ...served, handler: tracedHandler(served, options) }),
    close: (options) => server.close(options),
  };
}

function tracedHandler(
  { instance, func, handler }: ServedFunction,
  options: TraceServerOptions,
): CallHandler {
  const { tracer, spanName } = options;
  const attributes = { ...options.attributes, instance, func: wireName(func.name) };
  const traced: CallHandler = async (params, context) => {
    const span = tracer.startSpan(spanName, {
      kind: 'server',
      parent: extractTraceContext(context.headers),
      attributes,
    });
    try {
      const result = await handler(params, {
        headers: injectTraceContext(span.context, context.headers),
        // Made when it is asked for.
        get signal() {
          return context.signal;
        },
        waitUntil: (work) => context.waitUntil(work),
        onUndelivered: (undo) => context.onUndelivered(undo),
      } satisfies CallContext);
      span.end();
      return result;
    } catch (error) {
      span.setAttributes({ 'error.type': errorType(error) });
      span.recordException(error);
      span.end();
      throw error;
    }
  };
  // No function that waits for the other in between: most calls are not traced.
  return (params, context) => (tracer.enabled() ? traced : handler)(params, context);
}
