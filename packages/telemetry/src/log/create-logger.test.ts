import { describe, expect, it } from 'vitest';
import { createLogger, type LoggerOptions } from './create-logger.js';

const time = Date.UTC(2026, 0, 31, 12, 0, 0, 7);

function capture(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const logger = createLogger({
    name: 'host',
    level: 'info',
    format: 'text',
    now: () => time,
    write: (line) => lines.push(line),
    ...options,
  });
  return { logger, lines };
}

describe('createLogger', () => {
  it('writes time, level, name, message and fields on one text line', () => {
    const { logger, lines } = capture();
    logger.info('component scaled', { component: 'hello', max: 4, ref: 'file:///a b.wasm' });
    expect(lines).toEqual([
      '2026-01-31T12:00:00.007Z  INFO host: component scaled component=hello max=4 ref="file:///a b.wasm"',
    ]);
  });

  it('writes one JSON object for each record', () => {
    const { logger, lines } = capture({ format: 'json' });
    logger.warn('late\nheartbeat', { count: 3n, skipped: undefined });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      timestamp: '2026-01-31T12:00:00.007Z',
      level: 'WARN',
      fields: { message: 'late\nheartbeat', count: 3 },
      target: 'host',
    });
  });

  it('keeps its own message when a field is called message', () => {
    const { logger, lines } = capture({ format: 'json' });
    logger.info('ours', { message: 'theirs' });
    expect(JSON.parse(lines[0] ?? '').fields).toEqual({ message: 'ours' });
  });

  it('drops records below its level', () => {
    const { logger, lines } = capture({ level: 'warn' });
    logger.info('no');
    logger.debug('no');
    logger.error('yes');
    expect(lines).toHaveLength(1);
    expect(logger.enabled('warn')).toBe(true);
    expect(logger.enabled('info')).toBe(false);
  });

  it('names parts after their owner and adds fields, the nearest winning', () => {
    const { logger, lines } = capture({ fields: { lattice: 'default', a: 1 } });
    logger.named('rpc').with({ a: 2 }).named('nats').info('up', { b: 3 });
    expect(lines[0]).toMatch(/ INFO host\.rpc\.nats: up lattice=default a=2 b=3$/);
  });

  it('shows an error with its causes, and its stack only at debug', () => {
    const error = new Error('could not start', { cause: new TypeError('no such file') });
    const { logger, lines } = capture();
    logger.error('failed', { error });
    expect(lines[0]).toMatch(/ error="Error: could not start; caused by: TypeError: no such file"$/);

    const verbose = capture({ level: 'debug', format: 'json' });
    verbose.logger.error('failed', { error });
    expect(JSON.parse(verbose.lines[0] ?? '').fields['error.stack']).toContain('create-logger.test');
  });

  it('colours only when asked to', () => {
    const plain = capture();
    plain.logger.error('x');
    expect(plain.lines[0]).not.toContain('\u001b');
    const coloured = capture({ colors: true });
    coloured.logger.error('x');
    expect(coloured.lines[0]).toContain('\u001b[31mERROR\u001b[0m');
  });

  it('lets no logged text break the line or reach the terminal as a control sequence', () => {
    const { logger, lines } = capture();
    logger
      .named('a\nb')
      .info('one\n2026 ERROR forged\u001b[2J\u009b', { 'k\r': 'v\u2028\u007f', list: ['\u001b'] });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
    expect(lines[0]).toContain('one\\n2026 ERROR forged\\u001b[2J');
  });

  it('never throws, whatever it is given', () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    const cyclicError = new Error('a');
    cyclicError.cause = new AggregateError([cyclicError], 'b', { cause: cyclicError });
    const hostile = {
      get a(): never {
        throw new Error('getter');
      },
    };
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const fields = {
      cycle,
      cyclicError,
      hostile,
      revoked: revoked.proxy,
      big: 2n ** 70n,
      symbol: Symbol('s'),
      fn: () => {},
      nan: Number.NaN,
      map: new Map([[{}, new Set([1])]]),
      bytes: new Uint8Array(3),
      date: new Date(Number.NaN),
      bare: Object.create(null),
      toJSON: { toJSON: () => cycle },
      nothing: null,
      long: Array.from({ length: 1000 }, (_, i) => i),
    };
    for (const format of ['text', 'json'] as const) {
      const { logger, lines } = capture({ format, level: 'trace' });
      logger.info('odd', fields);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain('[circular]');
      expect(lines[0]).toContain('1180591620717411303424');
      expect(lines[0]).toContain('[900 more]');
      expect(lines[0]).toContain('[3 bytes]');
    }
  });

  it('does not fail its caller when the sink fails', () => {
    const { logger } = capture({
      write: () => {
        throw new Error('EPIPE');
      },
    });
    expect(() => logger.info('x')).not.toThrow();
  });
});
