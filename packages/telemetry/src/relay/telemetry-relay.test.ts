import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { noopMeter } from '../metric/meter.js';
import { noopTracer } from '../trace/tracer.js';
import type { TelemetryBatch } from './telemetry-batch.js';
import { createTelemetryRelay, type TelemetryRelay, type TelemetryRelayOptions } from './telemetry-relay.js';

const batches: TelemetryBatch[] = [];
let open: TelemetryRelay | undefined;

function openRelay(options: Partial<TelemetryRelayOptions> = {}): TelemetryRelay {
  open = createTelemetryRelay({
    traceLevel: 'info',
    metrics: true,
    logs: true,
    // As a port does it.
    post: (batch) => void batches.push(structuredClone(batch)),
    ...options,
  });
  return open;
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  open?.close();
  batches.splice(0);
  vi.useRealTimers();
});

describe('a telemetry relay', () => {
  it('posts spans, measurements and log records together, when their time has come', () => {
    const { tracer, meter, log } = openRelay();
    const attributes = { lattice: 'default' };
    const calls = meter.counter('calls', { unit: 'calls' });
    calls.add(1, attributes);
    // Attributes that say the same are the same.
    calls.add(2, { lattice: 'default' });
    meter.counter('calls').add(4);
    meter.upDownCounter('open').add(-1);
    const durations = meter.histogram('duration');
    durations.record(5, attributes);
    durations.record(7, attributes);
    meter.gauge('limit').record(3);
    meter.gauge('limit').record(4);
    tracer.startSpan('serve').end();
    const ids = { trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16) };
    const fields = { ...ids, error: new Error('no'), list: [1], absent: undefined };
    log?.({ time: 7, level: 'warn', target: 'host', message: 'late', fields });
    expect(batches).toEqual([]);
    vi.advanceTimersByTime(500);
    expect(batches).toEqual([
      {
        spans: [expect.objectContaining({ name: 'serve' })],
        logs: [
          {
            time: 7,
            level: 'warn',
            target: 'host',
            message: 'late',
            attributes: { error: 'Error: no', list: '[1]' },
            traceId: ids.trace_id,
            spanId: ids.span_id,
          },
        ],
        measurements: [
          { kind: 'counter', name: 'calls', options: { unit: 'calls' }, attributes, values: [3] },
          { kind: 'counter', name: 'calls', options: { unit: 'calls' }, attributes: {}, values: [4] },
          { kind: 'upDownCounter', name: 'open', options: {}, attributes: {}, values: [-1] },
          { kind: 'histogram', name: 'duration', options: {}, attributes, values: [5, 7] },
          { kind: 'gauge', name: 'limit', options: {}, attributes: {}, values: [4] },
        ],
      },
    ]);
    vi.advanceTimersByTime(5_000);
    expect(batches).toHaveLength(1);
  });

  it('posts early when enough spans or log records have gathered', () => {
    const { tracer } = openRelay({ maxRecords: 2 });
    for (const name of ['a', 'b', 'c']) tracer.startSpan(name).end();
    expect(batches.splice(0).map(({ spans }) => spans.map(({ name }) => name))).toEqual([['a', 'b']]);
    open?.close();
    batches.splice(0);
    const { log } = openRelay({ maxRecords: 1 });
    log?.({ time: 7, level: 'info', target: 'host', message: 'hello', fields: {} });
    expect(batches).toHaveLength(1);
  });

  it('never fails the call that fills a batch', () => {
    const { tracer } = openRelay({
      maxRecords: 1,
      post: () => {
        throw new Error('the port is closed');
      },
    });
    expect(() => tracer.startSpan('a').end()).not.toThrow();
  });

  it('posts the rest when it is closed, and is closed twice without harm', () => {
    const relay = openRelay();
    relay.tracer.startSpan('last').end();
    relay.close();
    relay.close();
    expect(batches).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('reads what is observed at each batch, tells changes, and takes them back at the end', () => {
    const { meter } = openRelay();
    let active = 0;
    const one = meter.observe('active', () => active, { attributes: { id: 'a' } });
    const changes = (): unknown => {
      vi.advanceTimersByTime(500);
      return batches.splice(0).flatMap(({ measurements }) => measurements.map(({ values }) => values[0]));
    };
    expect(changes()).toEqual([0]);
    expect(changes()).toEqual([]);
    active = 2;
    expect(changes()).toEqual([2]);
    active = 1;
    expect(changes()).toEqual([-1]);
    one.close();
    one.close();
    expect(changes()).toEqual([-1]);
    active = 5;
    meter.observe('active', () => 7).close();
    expect(changes()).toEqual([]);
  });

  it('is nothing at all when nothing is exported', () => {
    const off = openRelay({ traceLevel: undefined, metrics: false, logs: false });
    expect([off.tracer, off.meter, off.log]).toEqual([noopTracer, noopMeter, undefined]);
    expect(vi.getTimerCount()).toBe(0);
    expect(openRelay({ traceLevel: undefined }).tracer).toBe(noopTracer);
    open?.close();
    expect(openRelay({ metrics: false }).meter).toBe(noopMeter);
    open?.close();
    expect(openRelay({ logs: false }).log).toBeUndefined();
  });
});
