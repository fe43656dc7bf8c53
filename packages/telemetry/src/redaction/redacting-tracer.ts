import type { Span, Tracer } from '../trace/tracer.js';
import type { Redactor } from './redactor.js';

/** A tracer whose spans hold no value that the redactor knows: for those that leave without a relay. */
export function redactingTracer(tracer: Tracer, redactor: Redactor): Tracer {
  const wrap = (span: Span): Span => ({
    get context() {
      return span.context;
    },
    setAttributes: (attributes) => span.setAttributes(redactor.attributes(attributes)),
    recordException: (error) => span.recordException(redactor.error(error)),
    end: () => span.end(),
  });
  return {
    ...tracer,
    startSpan: (name, options) =>
      wrap(
        tracer.startSpan(redactor.text(name), {
          ...options,
          ...(options?.attributes !== undefined && { attributes: redactor.attributes(options.attributes) }),
        }),
      ),
  };
}
