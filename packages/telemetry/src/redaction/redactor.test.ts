import { describe, expect, it } from 'vitest';
import { createLogger } from '../log/create-logger.js';
import type { LogRecord } from '../log/log-record.js';
import type { TelemetryBatch } from '../relay/telemetry-batch.js';
import { createTelemetryRelay } from '../relay/telemetry-relay.js';
import { createRecordingTracer } from '../trace/recording-tracer.js';
import type { SpanRecord } from '../trace/span-record.js';
import { noopTracer } from '../trace/tracer.js';
import { redactingTracer } from './redacting-tracer.js';
import { Redactor } from './redactor.js';

function redactorOf(...values: string[]): Redactor {
  const redactor = new Redactor();
  redactor.add(values);
  return redactor;
}

describe('a redactor', () => {
  it.each([
    [
      'as it is',
      'hunter2!',
      'the password is hunter2!, twice hunter2!',
      'the password is <redacted>, twice <redacted>',
    ],
    ['in JSON', 'a"b\\c-d', '{"p":"a\\"b\\\\c-d"}', '{"p":"<redacted>"}'],
    ['in a URL', 'p/w d?1', 'pg://u:p%2Fw%20d%3F1@db', 'pg://u:<redacted>@db'],
    ['line by line', 'BEGIN\nMIIEvQIBADANBgkqhkiG\nEND', 'got MIIEvQIBADANBgkqhkiG', 'got <redacted>'],
  ])('takes a value out %s', (_, value, text, expected) => {
    expect(redactorOf(value).text(text)).toBe(expected);
  });

  it('leaves no rest of a value that begins with another', () => {
    expect(redactorOf('secret', 'secret-longer').text('secret-longer secret')).toBe('<redacted> <redacted>');
  });

  it('leaves short values alone, and text without any', () => {
    expect(redactorOf('1', 'true', '').text('1 is true')).toBe('1 is true');
    expect(redactorOf('\ud800-lone').text('x \ud800-lone')).toBe('x <redacted>');
  });
});

it('a logger with a redactor writes and hands on no value, in messages, fields and errors', () => {
  const lines: string[] = [];
  const records: LogRecord[] = [];
  const redactor = redactorOf('hunter2-hunter2');
  for (const format of ['json', 'text'] as const) {
    const logger = createLogger({
      name: 'a',
      level: 'debug',
      format,
      write: (line) => lines.push(line),
      record: (record) => records.push(record),
      redactor,
    });
    logger.with({ own: 'hunter2-hunter2' }).error('no hunter2-hunter2', {
      error: new Error('bad hunter2-hunter2', { cause: new Error('hunter2-hunter2') }),
      deep: { list: ['hunter2-hunter2'], 'hunter2-hunter2': 1 },
    });
  }
  expect(lines.join()).not.toContain('hunter2');
  expect(JSON.stringify(records)).not.toContain('hunter2');
  expect(JSON.stringify(records)).toContain('no <redacted>');
});

it('a tracer with a redactor records no value', () => {
  const spans: SpanRecord[] = [];
  const tracer = redactingTracer(
    createRecordingTracer({ level: 'info', record: (span) => spans.push(span) }),
    redactorOf('hunter2-hunter2'),
  );
  const span = tracer.startSpan('call hunter2-hunter2', { attributes: { q: 'hunter2-hunter2', n: 1 } });
  span.setAttributes({ more: 'hunter2-hunter2' });
  const cycle = new TypeError('bad hunter2-hunter2');
  cycle.cause = new Error('hunter2-hunter2', { cause: cycle });
  span.recordException(cycle);
  span.end();
  expect(spans).toMatchObject([
    {
      name: 'call <redacted>',
      attributes: { q: '<redacted>', n: 1, more: '<redacted>' },
      error: { type: 'TypeError', message: expect.stringContaining('bad <redacted>') },
    },
  ]);
  expect(JSON.stringify(spans)).not.toContain('hunter2');
});

it('a tracer that records nothing has nothing to redact', () => {
  expect(redactingTracer(noopTracer, redactorOf('hunter2-hunter2'))).toBe(noopTracer);
});

it('a relay with a redactor posts no value in spans', () => {
  const batches: TelemetryBatch[] = [];
  const relay = createTelemetryRelay({
    traceLevel: 'info',
    metrics: false,
    logs: false,
    post: (batch) => batches.push(batch),
    redactor: redactorOf('hunter2-hunter2'),
  });
  const span = relay.tracer.startSpan('GET', { attributes: { url: '/?q=hunter2-hunter2' } });
  span.recordException(new Error('refused hunter2-hunter2'));
  span.end();
  relay.close();
  expect(JSON.stringify(batches)).toContain('/?q=<redacted>');
  expect(JSON.stringify(batches)).not.toContain('hunter2');
});
