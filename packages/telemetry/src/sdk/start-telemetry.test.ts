import { createServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { SpanContext } from '../tracer.js';
import { type Collector, startCollector } from './collector.test.support.js';
import { InvalidEndpointError } from './endpoint.js';
import { startTelemetry } from './start-telemetry.js';
import type { TelemetryOptions } from './telemetry.js';

let collector: Collector | undefined;

afterEach(async () => {
  vi.unstubAllEnvs();
  await collector?.close();
  collector = undefined;
});

function options(changes: Partial<TelemetryOptions>): TelemetryOptions {
  return {
    traces: true,
    metrics: true,
    serviceName: 'wasmcloud-host',
    serviceVersion: '1.2.3',
    protocol: 'http',
    endpoint: collector?.url,
    ...changes,
  };
}

// Field numbers: opentelemetry-proto, trace.proto and metrics.proto.
const resourceSpans = 1;
const scopeSpans = 2;
const spans = 2;
const resourceMetrics = 1;
const scopeMetrics = 2;
const metrics = 2;

describe('startTelemetry', () => {
  it('delivers spans with names, parents, attributes and errors at shutdown', async () => {
    collector = await startCollector();
    const telemetry = await startTelemetry(
      options({ metrics: false, env: { OTEL_RESOURCE_ATTRIBUTES: 'site=lab' } }),
    );
    const remote: SpanContext = {
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
      sampled: true,
      traceState: 'x=1',
    };
    const outer = telemetry.tracer.startSpan('serve', {
      parent: remote,
      kind: 'server',
      attributes: { component_id: 'hello', absent: undefined },
    });
    const inner = telemetry.tracer.startSpan('invoke', { parent: outer.context, kind: 'client' });
    inner.setAttributes({ attempt: 2 });
    inner.recordException(new Error('no answer', { cause: new Error('timed out') }));
    inner.end();
    outer.end();
    expect(outer.context).toMatchObject({ traceId: remote.traceId, sampled: true, traceState: 'x=1' });
    await telemetry.shutdown();

    expect(collector.requests.map(({ path, contentType }) => ({ path, contentType }))).toEqual([
      { path: '/v1/traces', contentType: 'application/x-protobuf' },
    ]);
    const message = collector.requests[0]?.message;
    expect(message?.at(resourceSpans, 1)[0]?.attributes(1)).toEqual({
      'service.name': 'wasmcloud-host',
      site: 'lab',
    });
    const [scope] = message?.at(resourceSpans, scopeSpans, 1) ?? [];
    expect([scope?.text(1), scope?.text(2)]).toEqual(['wasmcloud-tracing', '1.2.3']);
    const [first, second] = message?.at(resourceSpans, scopeSpans, spans) ?? [];
    expect({
      name: first?.text(5),
      trace: first?.hex(1),
      parent: first?.hex(4),
      kind: first?.number(6),
      attributes: first?.attributes(9),
      status: first?.messages(15)[0]?.text(2),
      events: first?.messages(11).map((event) => event.text(2)),
    }).toEqual({
      name: 'invoke',
      trace: remote.traceId,
      parent: outer.context?.spanId,
      kind: 3,
      attributes: { attempt: 2 },
      status: 'Error: no answer; caused by: Error: timed out',
      events: ['exception'],
    });
    expect([
      second?.text(5),
      second?.hex(2),
      second?.hex(4),
      second?.number(6),
      second?.attributes(9),
    ]).toEqual(['serve', outer.context?.spanId, remote.spanId, 2, { component_id: 'hello' }]);
  });

  it('delivers metrics at shutdown', async () => {
    collector = await startCollector();
    const telemetry = await startTelemetry(options({ traces: false }));
    const invocations = telemetry.meter.counter('wasmcloud_host.component.invocations');
    invocations.add(1, { lattice: 'default', operation: undefined });
    invocations.add(2, { lattice: 'default' });
    telemetry.meter.histogram('duration', { unit: 'nanoseconds' }).record(5);
    telemetry.meter.upDownCounter('active').add(-1);
    telemetry.meter.gauge('max').record(4);
    await telemetry.shutdown();

    expect(collector.requests.map(({ path }) => path)).toEqual(['/v1/metrics']);
    const found = collector.requests[0]?.message.at(resourceMetrics, scopeMetrics, metrics) ?? [];
    expect(found.map((metric) => [metric.text(1), metric.text(3) ?? ''])).toEqual([
      ['wasmcloud_host.component.invocations', ''],
      ['duration', 'nanoseconds'],
      ['active', ''],
      ['max', ''],
    ]);
    const points = found[0]?.at(7, 1) ?? [];
    expect(points.map((point) => point.attributes(7))).toEqual([{ lattice: 'default' }]);
  });

  it('records only spans of its level and keeps the others out of the way', async () => {
    collector = await startCollector();
    const telemetry = await startTelemetry(options({ metrics: false, traceLevel: 'info' }));
    const root = telemetry.tracer.startSpan('root');
    const hidden = telemetry.tracer.startSpan('hidden', { parent: root.context, level: 'debug' });
    const leaf = telemetry.tracer.startSpan('leaf', { parent: hidden.context });
    for (const span of [leaf, hidden, root]) span.end();
    await telemetry.shutdown();
    const found = collector.requests[0]?.message.at(resourceSpans, scopeSpans, spans) ?? [];
    expect(found.map((span) => span.text(5))).toEqual(['leaf', 'root']);
    expect(found[0]?.hex(4)).toBe(root.context?.spanId);
  });

  it('does not record what its caller decided not to sample, and passes that on', async () => {
    collector = await startCollector();
    const telemetry = await startTelemetry(options({ metrics: false }));
    const parent = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: false };
    const span = telemetry.tracer.startSpan('quiet', { parent });
    span.end();
    await telemetry.shutdown();
    expect(span.context).toMatchObject({ traceId: parent.traceId, sampled: false });
    expect(collector.requests).toEqual([]);
  });

  it('stops in time when the collector does not answer, says so, and stops only once', async () => {
    collector = await startCollector({ silent: true });
    const errors: unknown[] = [];
    const telemetry = await startTelemetry(
      options({ metrics: false, shutdownTimeoutMs: 50, onError: (error) => errors.push(error) }),
    );
    telemetry.tracer.startSpan('lost').end();
    await Promise.all([telemetry.shutdown(), telemetry.shutdown()]);
    await telemetry.shutdown();
    expect(errors.map(String)).toEqual([
      'Error: the telemetry collector did not take the last data within 50 ms',
    ]);
  });

  it('tells when the collector refuses data', async () => {
    collector = await startCollector({ status: 400 });
    const errors: unknown[] = [];
    const telemetry = await startTelemetry(
      options({ metrics: false, onError: (error) => errors.push(error) }),
    );
    telemetry.tracer.startSpan('refused').end();
    await telemetry.shutdown();
    expect(errors[0]).toMatchObject({ name: 'OTLPExporterError', code: 400 });
  });

  it('is loaded for gRPC too', async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const connected = new Promise<void>((resolve) => server.once('connection', () => resolve()));
    const telemetry = await startTelemetry(
      options({
        protocol: 'grpc',
        metrics: false,
        endpoint: `http://127.0.0.1:${port}`,
        shutdownTimeoutMs: 50,
      }),
    );
    telemetry.tracer.startSpan('over grpc').end();
    const stopped = telemetry.shutdown();
    await connected;
    await stopped;
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  it('runs once at a time, and again after it was shut down', async () => {
    collector = await startCollector();
    const first = await startTelemetry(options({ metrics: false }));
    await expect(startTelemetry(options({ metrics: false }))).rejects.toThrow('shut it down');
    await first.shutdown();
    const second = await startTelemetry(options({ metrics: false, serviceName: 'second' }));
    second.tracer.startSpan('again').end();
    await second.shutdown();
    const resources = collector.requests.map(({ message }) => message.at(resourceSpans, 1)[0]?.attributes(1));
    expect(resources).toEqual([{ 'service.name': 'second' }]);
  });

  it('begins no trace when OTEL_SDK_DISABLED switches the SDK off', async () => {
    vi.stubEnv('OTEL_SDK_DISABLED', 'true');
    const telemetry = await startTelemetry(options({}));
    const span = telemetry.tracer.startSpan('unseen');
    telemetry.meter.counter('unseen').add(1);
    span.end();
    expect(span.context).toBeUndefined();
    await telemetry.shutdown();
  });

  it('refuses an endpoint that is no URL', async () => {
    await expect(startTelemetry(options({ endpoint: 'otel:4318' }))).rejects.toThrow(InvalidEndpointError);
  });
});
