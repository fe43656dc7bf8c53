import type { HostData } from '@wasmlattice/provider-host/protocol';
import {
  createLogger,
  type Logger,
  type LoggerOptions,
  type LogLevel,
  parseLogLevel,
} from '@wasmlattice/telemetry';

/**
 * The logger of a provider process: text or JSON as the host wishes, at the host's level unless `RUST_LOG` names
 * one. Directives for parts (`hyper=info`) are for Rust providers and ignored.
 */
export function providerLogger(
  name: string,
  hostData: Pick<HostData, 'logLevel' | 'structuredLogging'>,
  rustLog: string | undefined,
  write: (line: string) => void,
  more: Pick<LoggerOptions, 'record' | 'redactor'> = {},
): Logger {
  return createLogger({
    name,
    level: levelOf(rustLog) ?? levelOf(hostData.logLevel) ?? 'info',
    format: hostData.structuredLogging ? 'json' : 'text',
    write,
    ...more,
  });
}

function levelOf(text: string | undefined): LogLevel | undefined {
  const levels = (text ?? '').split(',').map((directive) => levelNamed(directive.trim().toLowerCase()));
  return levels.find((level) => level !== undefined);
}

/** wasi:logging knows a level above error; logs do not. */
function levelNamed(name: string): LogLevel | undefined {
  return name === 'critical' ? 'error' : parseLogLevel(name);
}
