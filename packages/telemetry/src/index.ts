export { createLogger, type LoggerOptions } from './create-logger.js';
export { describeError } from './describe-error.js';
export { isLevelEnabled, logLevels, parseLogLevel } from './log-level.js';
export { type LogFields, type Logger, type LogLevel, noopLogger } from './logger.js';
