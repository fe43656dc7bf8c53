import type { Logger, LogLevel } from '@wasmlattice/telemetry';

/** One line that `nats-server` logs. */
export interface ServerLogLine {
  readonly level: LogLevel;
  readonly message: string;
}

// The server reports its own start and each client at `info`; for the log of a host that is detail.
const levels: Readonly<Record<string, LogLevel>> = {
  FTL: 'error',
  ERR: 'error',
  WRN: 'warn',
  INF: 'debug',
  DBG: 'debug',
  TRC: 'trace',
};

/** Takes a line such as `[7] 2026/01/31 10:11:12.123456 [WRN] text` apart. Other lines come whole, as warnings. */
export function parseServerLog(line: string): ServerLogLine {
  const match = /^\[\d+\] \S+ \S+ \[([A-Z]{3})\] (.*)$/.exec(line);
  const level = match?.[1] === undefined ? undefined : levels[match[1]];
  if (match?.[2] === undefined || level === undefined) return { level: 'warn', message: line };
  return { level, message: match[2] };
}

/** The port on which the server takes clients, when this is the message that says so. */
export function listeningPort(message: string): number | undefined {
  const match = /^Listening for client connections on .*:(\d+)$/.exec(message);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

export function isReadyMessage(message: string): boolean {
  return message === 'Server is ready';
}

/** Hands a line to `logger` at its level. */
export function logServerLine(logger: Logger, { level, message }: ServerLogLine): void {
  logger[level](message);
}
