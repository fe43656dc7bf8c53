import { noopTracer, type Span, type Tracer } from '../trace/tracer.js';
import type { Redactor } from './redactor.js';

/**
 * A tracer whose spans hold no value that the redactor knows: for those that leave without a relay. With the no-op tracer it is that
 * tracer itself, which others know for one that records nothing.
 */
export function redactingTracer(tracer: Tracer, redactor: Redactor): Tracer {
  if (tracer === noopTracer) return tracer;
  const wrap = (span: Span): Span => ({
    get context() {
      return span.context;
    },
    setAttributes: (attributes) => span.setAttributes(redactor.attributes(attributes)),
    recordException: (error) => span.recordException(redactor.error(error)),
    end: () => span.end(),
  });
  return {
    enabled: () => tracer.enabled(),
    startSpan: (name, options) =>
      wrap(
        tracer.startSpan(redactor.text(name), {
          ...options,
          ...(options?.attributes !== undefined && { attributes: redactor.attributes(options.attributes) }),
        }),
      ),
  };
}
