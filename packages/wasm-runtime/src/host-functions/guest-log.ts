import type { LogFields, LogLevel } from '@wasmlattice/telemetry';
import type { InstanceContext } from './host-interface.js';

/** Most characters of a message; the rest is cut off, so that a record costs its reader a bounded amount. */
export const maxLogMessage: number = 16 * 1024;

/** Most characters of the context that a guest gives a message. */
const maxLogContext = 1024;

/** Writes what a guest logs, as long as its component keeps to its rate. */
export function logForGuest(
  { logger, logGate }: Pick<InstanceContext, 'logger' | 'logGate'>,
  level: LogLevel,
  message: string,
  fields?: LogFields,
): void {
  // What nobody reads costs nothing.
  if (!logger.enabled(level) || logGate?.pass() === false) return;
  logger[level](cut(message, maxLogMessage), fields);
}

/** The field for the context of `wasi:logging`; none for an empty one. */
export function logContext(context: string): LogFields | undefined {
  return context === '' ? undefined : { context: cut(context, maxLogContext) };
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}… (${text.length - length} more characters)`;
}
