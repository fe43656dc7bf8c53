/** Severity of a log record, most severe first. `critical` of `wasi:logging` maps to `error`. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** Values that say where and about what: `{ component: 'hello', lattice: 'default' }`. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Takes log records. Libraries receive one and never write to a stream themselves.
 *
 * The logger is named for its owner (`host.control`, `rpc.nats`); fields given to {@link Logger.with} are
 * added to every record of the returned logger.
 */
export interface Logger {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  trace(message: string, fields?: LogFields): void;
  /** Whether a record of `level` would be kept; ask before building an expensive message. */
  enabled(level: LogLevel): boolean;
  /** A logger for a part of this owner: `logger.named('http')` of `host` is `host.http`. */
  named(name: string): Logger;
  /** A logger that adds `fields` to each record. */
  with(fields: LogFields): Logger;
}

/** Drops every record: the default wherever a logger is optional. */
export const noopLogger: Logger = {
  error() {},
  warn() {},
  info() {},
  debug() {},
  trace() {},
  enabled: () => false,
  named: () => noopLogger,
  with: () => noopLogger,
};
