export { type LogFields, type Logger, type LogLevel, noopLogger } from './logger.js';
