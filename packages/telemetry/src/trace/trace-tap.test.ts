import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../log/log-record.js';
import { createTelemetryRelay } from '../relay/telemetry-relay.js';
import { createTraceTap, type TraceBatch } from './trace-tap.js';

const parent = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true };

const record = (message: string, fields: LogRecord['fields']): LogRecord => ({
  time: 1,
  level: 'info',
  target: 'component',
  message,
  fields,
});

/** A tap as threads have one: nothing is exported. */
function setUp(options: { readonly maxRecords?: number; readonly maxTracesPerSecond?: number } = {}) {
  const batches: TraceBatch[] = [];
  const clock = { ms: 0 };
  const tap = createTraceTap({ post: (batch) => batches.push(batch), now: () => clock.ms, ...options });
  const { tracer } = createTelemetryRelay({
    traceLevel: undefined,
    metrics: false,
    logs: false,
    post: () => {
      throw new Error('nothing is exported');
    },
    tap,
  });
  const names = (): string[] => {
    tap.close();
    return batches.flatMap(({ spans }) => spans.map(({ name }) => name));
  };
  return { batches, clock, names, tap, tracer };
}

describe('a tap of traces', () => {
  it('makes no span of a call before it is opened, and none once it is closed', () => {
    const { clock, names, tap, tracer } = setUp();
    const span = tracer.startSpan('unseen', { kind: 'server' });
    expect([tracer.enabled(), span.context]).toEqual([false, undefined]);
    span.end();
    tap.open(1_000);
    expect(tracer.enabled()).toBe(true);
    tracer.startSpan('seen', { kind: 'server' }).end();
    clock.ms = 1_000;
    expect(tracer.enabled()).toBe(false);
    tracer.startSpan('late', { kind: 'server' }).end();
    expect(names()).toEqual(['seen']);
  });

  it('takes all of a trace, and begins so many a second, with what is served', () => {
    const { clock, names, tap, tracer } = setUp({ maxTracesPerSecond: 2 });
    tap.open(10_000);
    tracer.startSpan('client', { kind: 'client' }).end();
    for (const name of ['one', 'two', 'three']) tracer.startSpan(name, { kind: 'server' }).end();
    tracer.startSpan('within', { kind: 'client', parent }).end();
    tracer.startSpan('not sampled', { kind: 'server', parent: { ...parent, sampled: false } }).end();
    clock.ms = 1_000;
    tracer.startSpan('next', { kind: 'server' }).end();
    expect(names()).toEqual(['one', 'two', 'within', 'next']);
  });

  it('takes what is logged within a trace, and counts what it has no room for', () => {
    const { batches, tap } = setUp({ maxRecords: 1 });
    tap.open(1_000);
    tap.takeLog(record('of no trace', { component: 'hello' }));
    tap.takeLog(record('kept', { component: 'hello', trace_id: parent.traceId }));
    tap.takeLog(record('too much', { trace_id: parent.traceId }));
    tap.close();
    expect(batches).toMatchObject([
      { logs: [{ message: 'kept', traceId: parent.traceId }], spans: [], dropped: 1 },
    ]);
  });
});
