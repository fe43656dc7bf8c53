import { RecordingLogger } from '@wasmlattice/test-support';
import { expect, it } from 'vitest';
import { logContext, logForGuest } from './guest-log.js';

it('cuts what is too long for a record', () => {
  const logger = new RecordingLogger();
  logForGuest({ logger }, 'info', 'x'.repeat(16_384));
  logForGuest({ logger }, 'warn', 'x'.repeat(20_000), logContext('y'.repeat(2_000)));
  expect(logger.records.map(({ message }) => message)).toEqual([
    'x'.repeat(16_384),
    `${'x'.repeat(16_384)}… (3616 more characters)`,
  ]);
  expect(logger.records[1]?.fields).toEqual({ context: `${'y'.repeat(1_024)}… (976 more characters)` });
  expect(logContext('')).toBeUndefined();
});

it('drops what the gate does not let pass, and asks it only for what somebody reads', () => {
  const logger = new RecordingLogger();
  let asked = 0;
  const logGate = { pass: () => ++asked < 2 };
  const deaf = Object.assign(new RecordingLogger(), { enabled: () => false });
  logForGuest({ logger: deaf, logGate }, 'trace', 'unread');
  logForGuest({ logger, logGate }, 'info', 'one');
  logForGuest({ logger, logGate }, 'info', 'two');
  expect(asked).toBe(2);
  expect(logger.records.map(({ message }) => message)).toEqual(['one']);
});
