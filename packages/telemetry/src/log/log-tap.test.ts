import { describe, expect, it } from 'vitest';
import type { LogRecord } from './log-record.js';
import { createLogTap, type LogBatch } from './log-tap.js';

const record = (message: string): LogRecord => ({
  time: 1,
  level: 'info',
  target: 'component',
  message,
  fields: { component: 'hello' },
});

function setUp(maxRecords = 2) {
  const batches: LogBatch[] = [];
  const clock = { ms: 0 };
  const tap = createLogTap({ post: (batch) => batches.push(batch), maxRecords, now: () => clock.ms });
  return { batches, clock, tap };
}

describe('a tap of log records', () => {
  it('hands on nothing before it is opened', () => {
    const { batches, tap } = setUp();
    tap.take(record('unheard'));
    tap.close();
    expect(batches).toEqual([]);
  });

  it('hands on what comes while it is open, and counts what it has no room for', () => {
    const { batches, tap } = setUp();
    tap.open(1_000);
    for (const message of ['one', 'two', 'three', 'four']) tap.take(record(message));
    tap.close();
    tap.take(record('late'));
    tap.close();
    expect(batches).toEqual([
      {
        logs: ['one', 'two'].map((message) => ({
          time: 1,
          level: 'info',
          target: 'component',
          message,
          attributes: { component: 'hello' },
        })),
        dropped: 2,
      },
    ]);
  });

  it('closes by itself when nobody opens it again', () => {
    const { batches, clock, tap } = setUp(10);
    tap.open(1_000);
    clock.ms = 900;
    tap.open(1_000);
    clock.ms = 1_800;
    tap.take(record('heard'));
    clock.ms = 1_900;
    tap.take(record('unheard'));
    tap.close();
    expect(batches.flatMap(({ logs }) => logs.map(({ message }) => message))).toEqual(['heard']);
  });

  it('does not fail who logs when a batch can not be handed on', () => {
    const tap = createLogTap({
      post: () => {
        throw new Error('port is closed');
      },
    });
    tap.open(1_000);
    tap.take(record('lost'));
    expect(() => tap.close()).not.toThrow();
  });
});
