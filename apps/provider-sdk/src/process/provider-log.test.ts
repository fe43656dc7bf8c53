import { describe, expect, it } from 'vitest';
import { providerLogger } from './provider-log.js';

/** The least severe level that is logged. */
function levelOf(logLevel: string | undefined, rustLog?: string): string | undefined {
  const logger = providerLogger('p', { logLevel, structuredLogging: false }, rustLog, () => {});
  return (['trace', 'debug', 'info', 'warn', 'error'] as const).find((level) => logger.enabled(level));
}

describe('provider log', () => {
  it('has the level of the host, and info without', () => {
    expect(levelOf('debug')).toBe('debug');
    expect(levelOf('critical')).toBe('error');
    expect(levelOf('nonsense')).toBe('info');
    expect(levelOf(undefined)).toBe('info');
  });

  it('lets RUST_LOG override, but not by directives for parts', () => {
    expect(levelOf('info', 'trace')).toBe('trace');
    expect(levelOf('info', 'hyper=debug,warn')).toBe('warn');
    expect(levelOf('info', 'hyper=debug')).toBe('info');
  });

  it('writes JSON when the host does', () => {
    const lines: string[] = [];
    providerLogger('p', { structuredLogging: true }, undefined, (line) => lines.push(line)).info('hello');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'INFO',
      fields: { message: 'hello' },
      target: 'p',
    });
  });
});
