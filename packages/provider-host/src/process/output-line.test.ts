import { describe, expect, it } from 'vitest';
import { parseOutputLine } from './output-line.js';

describe('parseOutputLine', () => {
  it('takes level and text from a text record, colours or not', () => {
    const expected = { level: 'warn', message: 'keyvalue_redis: lost the server', fields: {} };
    expect(parseOutputLine('2026-01-31T12:00:00.000123Z  WARN keyvalue_redis: lost the server')).toEqual(
      expected,
    );
    expect(
      parseOutputLine(
        '\u001b[2m2026-01-31T12:00:00.000Z\u001b[0m \u001b[33m WARN\u001b[0m keyvalue_redis: lost the server\r',
      ),
    ).toEqual(expected);
  });

  it('takes level, text and fields from a JSON record', () => {
    expect(
      parseOutputLine(
        '{"timestamp":"2026-01-31T12:00:00Z","level":"ERROR","fields":{"message":"no","key":"k1"},"target":"kv"}',
      ),
    ).toEqual({ level: 'error', message: 'kv: no', fields: { key: 'k1' } });
  });

  it.each(['hello', '{"not":"a record"}', '{broken', 'null', '{"level":"LOUD","fields":{}}', ''])(
    'takes %j as it is',
    (line) => {
      expect(parseOutputLine(line)).toEqual({ level: 'info', message: line, fields: {} });
    },
  );
});
