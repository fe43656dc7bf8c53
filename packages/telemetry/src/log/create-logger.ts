import type { Redactor } from '../redaction/redactor.js';
import { formatJsonRecord, formatTextRecord } from './log-format.js';
import { isLevelEnabled } from './log-level.js';
import type { LogRecord } from './log-record.js';
import type { LogFields, Logger, LogLevel } from './logger.js';

export interface LoggerOptions {
  /** Whom the records are from: `host`. Parts of it get theirs by {@link Logger.named}. */
  readonly name: string;
  /** Least severe level that is kept. */
  readonly level: LogLevel;
  readonly format: 'text' | 'json';
  /** Takes one finished line, without line end. What it throws is dropped: logging never fails its caller. */
  readonly write: (line: string) => void;
  /** Takes each record besides: to export it. What it throws is dropped. */
  readonly record?: ((record: LogRecord) => void) | undefined;
  /** Takes values out of messages and fields before they are written or handed on. */
  readonly redactor?: Pick<Redactor, 'log'> | undefined;
  /** ANSI colours in text output. Off by default: only the app knows whether it writes to a terminal. */
  readonly colors?: boolean;
  /** Milliseconds since the epoch; the system clock by default. */
  readonly now?: () => number;
  /** Added to every record. */
  readonly fields?: LogFields;
}

/**
 * A logger that formats records as upstream's host does (docs/spec/host-config.md#2) and hands the lines to
 * `write`. Errors among the fields show with their causes; at level `debug` and `trace` also with their
 * stack.
 */
export function createLogger(options: LoggerOptions): Logger {
  const { format, colors = false, now = Date.now, redactor, write, record: take } = options;
  const verbose = isLevelEnabled(options.level, 'debug');

  const emit = (level: LogLevel, target: string, message: string, fields: LogFields): void => {
    try {
      const given = { time: now(), level, target, message, fields: verbose ? withStacks(fields) : fields };
      const record = redactor === undefined ? given : redactor.log(given);
      take?.(record);
      write(format === 'json' ? formatJsonRecord(record) : formatTextRecord(record, colors));
    } catch {
      // A failing sink has no better place to be reported than itself.
    }
  };

  const build = (name: string, base: LogFields): Logger => {
    const at = (level: LogLevel): Logger[LogLevel] =>
      isLevelEnabled(options.level, level)
        ? (message, fields) =>
            emit(level, name, message, fields === undefined ? base : { ...base, ...fields })
        : () => {};
    return {
      error: at('error'),
      warn: at('warn'),
      info: at('info'),
      debug: at('debug'),
      trace: at('trace'),
      enabled: (level) => isLevelEnabled(options.level, level),
      named: (part) => build(name === '' ? part : `${name}.${part}`, base),
      with: (fields) => build(name, { ...base, ...fields }),
    };
  };
  return build(options.name, options.fields ?? {});
}

function withStacks(fields: LogFields): LogFields {
  const stacks = Object.entries(fields).flatMap(([name, value]) => {
    const stack = stackOf(value);
    return stack === undefined ? [] : [[`${name}.stack`, stack]];
  });
  return stacks.length === 0 ? fields : { ...fields, ...Object.fromEntries(stacks) };
}

function stackOf(value: unknown): string | undefined {
  try {
    return value instanceof Error ? value.stack : undefined;
  } catch {
    // A revoked proxy, or a getter of the error's own.
    return undefined;
  }
}
