import { noopLogger } from '@wasmlattice/telemetry';
import { RecordingLogger } from '@wasmlattice/test-support';
import { expect, it } from 'vitest';
import { invocationLogger } from './invocation-logger.js';

it('what a guest logs carries the ids of its trace and span', () => {
  const recorded = new RecordingLogger();
  const logger = invocationLogger(recorded, {
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  });
  for (const level of ['error', 'warn', 'info', 'debug', 'trace'] as const) logger[level]('said', { a: 1 });
  logger.named('part').with({ b: 2 }).info('said');
  const ids = { trace_id: '0af7651916cd43dd8448eb211c80319c', span_id: 'b7ad6b7169203331' };
  expect(recorded.records).toEqual([
    ...['error', 'warn', 'info', 'debug', 'trace'].map((level) => ({
      level,
      message: 'said',
      fields: { a: 1, ...ids },
    })),
    { level: 'info', message: 'said', fields: { b: 2, ...ids } },
  ]);
  expect(logger.enabled('info')).toBe(true);
});

it('an invocation without a trace logs as its component does', () => {
  expect(invocationLogger(noopLogger, {})).toBe(noopLogger);
});
