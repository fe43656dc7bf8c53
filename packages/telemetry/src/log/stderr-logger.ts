import { createLogger, type LoggerOptions } from './create-logger.js';
import type { Logger, LogLevel } from './logger.js';

/** How a process logs; plain data, so that its threads get the same. */
export interface LogSettings {
  readonly level: LogLevel;
  readonly format: 'text' | 'json';
}

/**
 * A logger on standard error, as upstream's hosts have it (docs/spec/host-config.md#2).
 *
 * @param more fields of each record, what takes records besides, and values out of them
 */
export function createStderrLogger(
  name: string,
  settings: LogSettings,
  more: Pick<LoggerOptions, 'fields' | 'record' | 'redactor'> = {},
): Logger {
  return createLogger({
    ...settings,
    name,
    write: (line) => void process.stderr.write(`${line}\n`),
    ...more,
  });
}
