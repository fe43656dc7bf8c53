import type { LogFields, LogLevel } from './logger.js';

/** One record as its logger kept it. */
export interface LogRecord {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly level: LogLevel;
  /** Name of the logger. */
  readonly target: string;
  readonly message: string;
  readonly fields: LogFields;
}
