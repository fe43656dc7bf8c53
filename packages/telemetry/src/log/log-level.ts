import type { LogLevel } from './logger.js';

/** All levels, most severe first. */
export const logLevels: readonly LogLevel[] = ['error', 'warn', 'info', 'debug', 'trace'];

/** Whether a record of `level` passes a logger set to `threshold`. */
export function isLevelEnabled(threshold: LogLevel, level: LogLevel): boolean {
  return logLevels.indexOf(level) <= logLevels.indexOf(threshold);
}

/**
 * The level named by `text` in any case (`INFO`, `info`), as flags, environment and HostData spell it.
 * `undefined` for any other text: only the caller can name the setting that is wrong.
 */
export function parseLogLevel(text: string): LogLevel | undefined {
  const name = text.trim().toLowerCase();
  return logLevels.find((level) => level === name);
}
