import { type Attributes, noopMeter } from '@wasmlattice/telemetry';
import { RecordingLogger } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import type { Refusal } from './refusal.js';
import { RefusalLog } from './refusal-log.js';

const slow: Refusal = { status: 408, reason: 'slow-head', text: 'too slow' };
const tls: Refusal = { status: 400, reason: 'not-http', text: 'it looks like TLS' };

function createLog() {
  const clock = { now: 1_000 };
  const logger = new RecordingLogger();
  const counted: (Attributes | undefined)[] = [];
  const log = new RefusalLog({
    address: '127.0.0.1:80',
    logger,
    meter: { ...noopMeter, counter: () => ({ add: (_, attributes) => void counted.push(attributes) }) },
    now: () => clock.now,
  });
  const report = (refusal: Refusal, times: number): void => {
    for (let i = 0; i < times; i++) log.report(refusal, '10.0.0.1');
  };
  const messages = (): string[] => logger.records.splice(0).map(({ message }) => message);
  return { log, logger, counted, clock, report, messages };
}

describe('the log of refused requests', () => {
  it('counts each of a flood and logs a few', () => {
    const { report, counted, messages } = createLog();
    report(slow, 10_000);
    expect(counted).toHaveLength(10_000);
    expect(new Set(counted).size).toBe(1);
    expect(messages()).toHaveLength(5);
  });

  it('tells how many it left out once a minute is over', () => {
    const { report, messages, clock, logger } = createLog();
    report(slow, 7);
    messages();
    clock.now += 60_000;
    report(slow, 1);
    expect(logger.records[0]?.fields).toEqual({ reason: 'slow-head', address: '127.0.0.1:80' });
    expect(messages()).toEqual([
      'refused 2 more HTTP requests for the same reason',
      'refused an HTTP request: too slow',
    ]);
  });

  it('lets no reason hide another', () => {
    const { report, messages } = createLog();
    report(slow, 100);
    messages();
    report(tls, 1);
    expect(messages()).toEqual(['refused an HTTP request: it looks like TLS']);
  });

  it('tells at its end what it left out', () => {
    const { log, report, messages } = createLog();
    report(slow, 6);
    report(tls, 1);
    messages();
    log.close();
    log.close();
    expect(messages()).toEqual(['refused 1 more HTTP requests for the same reason']);
  });
});
