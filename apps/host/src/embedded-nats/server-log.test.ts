import { describe, expect, it } from 'vitest';
import { isReadyMessage, listeningPort, parseServerLog } from './server-log.js';

describe('the log of nats-server', () => {
  it.each([
    ['INF', 'debug'],
    ['DBG', 'debug'],
    ['TRC', 'trace'],
    ['WRN', 'warn'],
    ['ERR', 'error'],
    ['FTL', 'error'],
  ])('maps %s to %s', (tag, level) => {
    expect(parseServerLog(`[17] 2026/01/31 10:11:12.123456 [${tag}] some [odd] text`)).toEqual({
      level,
      message: 'some [odd] text',
    });
  });

  it('keeps lines of another form', () => {
    expect(parseServerLog('panic: out of memory')).toEqual({
      level: 'warn',
      message: 'panic: out of memory',
    });
  });

  it('tells port and readiness', () => {
    expect(listeningPort('Listening for client connections on 127.0.0.1:43123')).toBe(43_123);
    expect(listeningPort('Listening for client connections on [::1]:4222')).toBe(4222);
    expect(listeningPort('Server is ready')).toBeUndefined();
    expect(isReadyMessage('Server is ready')).toBe(true);
  });
});
