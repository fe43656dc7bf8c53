import { createLogger, type Logger, type LoggerOptions, type LogLevel } from '@wasmlattice/telemetry';
import type { HostConfig } from './config.js';

/** How a process of the host logs; plain data, so that workers get the same. */
export interface LogSettings {
  readonly level: LogLevel;
  readonly format: 'text' | 'json';
}

/** The settings of a host's configuration. */
export function logSettings({ log }: Pick<HostConfig, 'log'>): LogSettings {
  return { level: log.level, format: log.structured ? 'json' : 'text' };
}

/**
 * A logger on standard error, as upstream's hosts have it (host-config.md §2).
 *
 * @param more fields of each record, and what takes records besides
 */
export function createStderrLogger(
  name: string,
  settings: LogSettings,
  more: Pick<LoggerOptions, 'fields' | 'record'> = {},
): Logger {
  return createLogger({
    ...settings,
    name,
    write: (line) => void process.stderr.write(`${line}\n`),
    ...more,
  });
}
