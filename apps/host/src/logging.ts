import type { LogSettings } from '@wasmlattice/telemetry';
import type { HostConfig } from './config.js';

/** How the processes and threads of a host log, by its configuration. */
export function logSettings({ log }: Pick<HostConfig, 'log'>): LogSettings {
  return { level: log.level, format: log.structured ? 'json' : 'text' };
}
