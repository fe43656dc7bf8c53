import type { LogLevel } from '@wasmlattice/telemetry';
import { logContext, logForGuest } from '../../guest-log.js';
import { exactly, type HostInterface } from '../../host-interface.js';
import { declared } from '../../served-wit.js';

/** Level enum of `wasi:logging`. */
type GuestLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'critical';

const levels: Readonly<Record<GuestLevel, LogLevel>> = {
  trace: 'trace',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  error: 'error',
  critical: 'error',
};

/**
 * `wasi:logging/logging`: the host's log, with the guest's context as field
 * (docs/spec/component-runtime.md#6).
 */
export const loggingInterfaces: readonly HostInterface[] = [
  {
    ...declared('wasi:logging/logging@0.1.0-draft'),
    ...exactly('', '0.1.0-draft'),
    suspending: [],
    bind: (host) => ({
      log: (level: GuestLevel, context: string, message: string): void =>
        logForGuest(host, levels[level], message, logContext(context)),
    }),
  },
];
