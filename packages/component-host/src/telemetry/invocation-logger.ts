import type { CallHeaders } from '@wasmlattice/rpc';
import type { LogFields, Logger, LogLevel } from '@wasmlattice/telemetry';

/** `logger` with the ids of the trace and span an invocation belongs to; itself when there is none. */
export function invocationLogger(logger: Logger, { traceparent }: CallHeaders): Logger {
  return traceparent === undefined ? logger : new TracedLogger(logger, traceparent);
}

/** Adds the fields when something is logged: most invocations log nothing. */
class TracedLogger implements Logger {
  readonly #logger: Logger;
  readonly #traceparent: string;

  constructor(logger: Logger, traceparent: string) {
    this.#logger = logger;
    this.#traceparent = traceparent;
  }

  error(message: string, fields?: LogFields): void {
    this.#logger.error(message, this.#traced(fields));
  }

  warn(message: string, fields?: LogFields): void {
    this.#logger.warn(message, this.#traced(fields));
  }

  info(message: string, fields?: LogFields): void {
    this.#logger.info(message, this.#traced(fields));
  }

  debug(message: string, fields?: LogFields): void {
    this.#logger.debug(message, this.#traced(fields));
  }

  trace(message: string, fields?: LogFields): void {
    this.#logger.trace(message, this.#traced(fields));
  }

  enabled(level: LogLevel): boolean {
    return this.#logger.enabled(level);
  }

  named(name: string): Logger {
    return new TracedLogger(this.#logger.named(name), this.#traceparent);
  }

  with(fields: LogFields): Logger {
    return new TracedLogger(this.#logger.with(fields), this.#traceparent);
  }

  #traced(fields?: LogFields): LogFields {
    const [, trace_id, span_id] = this.#traceparent.split('-');
    return { ...fields, trace_id, span_id };
  }
}
