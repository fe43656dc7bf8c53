import { describe, expect, it } from 'vitest';
import { createDeferredLogSink } from './deferred-log-sink.js';
import type { LogRecord } from './log-record.js';

const record = (message: string): LogRecord => ({
  time: 7,
  level: 'info',
  target: 'host',
  message,
  fields: {},
});

describe('a deferred log sink', () => {
  it('passes on what it kept, then what comes', () => {
    const messages: string[] = [];
    const deferred = createDeferredLogSink();
    deferred.record(record('early'));
    deferred.attach(({ message }) => messages.push(message));
    expect(messages).toEqual(['early']);
    deferred.record(record('late'));
    expect(messages).toEqual(['early', 'late']);
  });

  it('forgets all records when none are exported', () => {
    const messages: string[] = [];
    const deferred = createDeferredLogSink();
    deferred.record(record('early'));
    deferred.attach(undefined);
    deferred.record(record('late'));
    deferred.attach(({ message }) => messages.push(message));
    expect(messages).toEqual([]);
  });

  it('keeps no more than the first hundred', () => {
    const messages: string[] = [];
    const deferred = createDeferredLogSink();
    for (let i = 0; i < 1_000; i++) deferred.record(record(`${i}`));
    deferred.attach(({ message }) => messages.push(message));
    expect([messages.length, messages.at(-1)]).toEqual([100, '99']);
  });
});
