import type { CallHeaders } from '@wasmlattice/rpc';
import type { LogFields, Logger, LogLevel } from '@wasmlattice/telemetry';

/** `logger` with the id of the trace an invocation belongs to; itself when there is none. */
export function invocationLogger(logger: Logger, { traceparent }: CallHeaders): Logger {
  const traceId = traceparent?.split('-')[1];
  return traceId === undefined ? logger : new TracedLogger(logger, traceId);
}

/** Adds the field when something is logged: most invocations log nothing. */
class TracedLogger implements Logger {
  readonly #logger: Logger;
  readonly #traceId: string;

  constructor(logger: Logger, traceId: string) {
    this.#logger = logger;
    this.#traceId = traceId;
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
    return new TracedLogger(this.#logger.named(name), this.#traceId);
  }

  with(fields: LogFields): Logger {
    return new TracedLogger(this.#logger.with(fields), this.#traceId);
  }

  #traced(fields?: LogFields): LogFields {
    return { ...fields, trace_id: this.#traceId };
  }
}
