import { describe, expect, it } from 'vitest';
import type { ExportedLog } from '../log/exported-log.js';
import { createBufferingMeter } from '../metric/buffering-meter.js';
import type { Measurement } from '../metric/measurement.js';
import type { SpanRecord } from '../trace/span-record.js';
import { createTelemetryIntakes } from './telemetry-intake.js';
import { createTelemetryRelay } from './telemetry-relay.js';

function setUp() {
  const spans: SpanRecord[] = [];
  const logs: ExportedLog[] = [];
  const meter = createBufferingMeter();
  const intake = createTelemetryIntakes({
    meter,
    span: (span) => spans.push(span),
    log: (log) => logs.push(log),
  });
  return { spans, logs, meter, intake };
}

const batchOf = (...measurements: Measurement[]) => ({ spans: [], logs: [], measurements });

const active = (values: readonly number[], id = 'a'): Measurement => ({
  kind: 'upDownCounter',
  name: 'active',
  options: {},
  attributes: { id },
  values,
});

describe('an intake', () => {
  it('passes on all that a relay posts', () => {
    const { spans, logs, meter, intake } = setUp();
    const taking = intake();
    const { close, ...relay } = createTelemetryRelay({
      traceLevel: 'info',
      metrics: true,
      logs: true,
      post: (batch) => taking.accept(structuredClone(batch)),
    });
    relay.tracer.startSpan('serve').end();
    relay.log?.({ time: 7, level: 'warn', target: 'host', message: 'late', fields: { count: 2 } });
    const attributes = { lattice: 'default' };
    relay.meter.counter('calls', { unit: 'calls' }).add(2, attributes);
    relay.meter.upDownCounter('open').add(1);
    const took = relay.meter.histogram('took', { buckets: [1, 10] });
    took.record(5);
    took.record(7);
    relay.meter.gauge('limit').record(4);
    close();

    expect(spans.map(({ name }) => name)).toEqual(['serve']);
    expect(logs).toEqual([
      { time: 7, level: 'warn', target: 'host', message: 'late', attributes: { count: 2 } },
    ]);
    expect(meter.take()).toEqual([
      { kind: 'counter', name: 'calls', options: { unit: 'calls' }, attributes, values: [2] },
      { kind: 'upDownCounter', name: 'open', options: {}, attributes: {}, values: [1] },
      { kind: 'histogram', name: 'took', options: { buckets: [1, 10] }, attributes: {}, values: [5, 7] },
      { kind: 'gauge', name: 'limit', options: {}, attributes: {}, values: [4] },
    ]);
  });

  it('takes back what its thread had counted up and not down again, once', () => {
    const { meter, intake } = setUp();
    const taking = intake();
    taking.accept(batchOf(active([3]), active([1], 'b')));
    taking.accept(batchOf(active([-1]), active([-1], 'b')));
    meter.take();
    taking.close();
    taking.close();
    expect(meter.take()).toEqual([active([-2])]);
  });

  it('takes back nothing of another thread', () => {
    const { meter, intake } = setUp();
    const [one, other] = [intake(), intake()];
    one.accept(batchOf(active([3])));
    other.accept(batchOf(active([4])));
    one.close();
    expect(meter.take()).toEqual([active([4])]);
  });
});
