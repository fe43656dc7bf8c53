import {
  type Attributes,
  extractTraceContext,
  injectTraceContext,
  noopTracer,
  type Tracer,
} from '@wasmlattice/telemetry';
import type { Invoker } from '../invoke.js';
import { wireName } from '../names.js';
import { errorType } from './error-type.js';

export interface TraceInvokerOptions {
  readonly tracer: Tracer;
  /** Of each span, besides those of the call: who calls. */
  readonly attributes?: Attributes;
}

/**
 * An invoker with a client span `invoke` for each call, from the moment it is made until its result is there or it failed.
 * Parent is the trace context in the call's headers; the callee gets that of the span instead. Attributes: `target`,
 * `instance`, `func`, `link_name`, and `error.type` of a call that failed.
 *
 * With the no-op tracer it is the invoker itself, which passes the headers on as they are.
 */
export function traceInvoker(invoker: Invoker, options: TraceInvokerOptions): Invoker {
  const { tracer } = options;
  if (tracer === noopTracer) return invoker;
  const traced: Invoker = {
    async invoke(invocation) {
      const { target, instance, func, headers = {} } = invocation;
      const span = tracer.startSpan('invoke', {
        kind: 'client',
        parent: extractTraceContext(headers),
        attributes: {
          ...options.attributes,
          target,
          instance,
          func: wireName(func.name),
          link_name: headers['link-name'],
        },
      });
      try {
        return await invoker.invoke({ ...invocation, headers: injectTraceContext(span.context, headers) });
      } catch (error) {
        span.setAttributes({ 'error.type': errorType(error) });
        span.recordException(error);
        throw error;
      } finally {
        span.end();
      }
    },
  };
  // No function that waits for the other in between: most calls are not traced.
  return { invoke: (invocation) => (tracer.enabled() ? traced : invoker).invoke(invocation) };
}
