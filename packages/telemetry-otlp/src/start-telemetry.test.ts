import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import {
  createDeferredLogSink,
  createLogger,
  createTelemetryRelay,
  type SpanContext,
} from '@wasmlattice/telemetry';
import { createTempDir, createTestAuthority } from '@wasmlattice/test-support';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { InvalidEndpointError } from './endpoint.js';
import { startTelemetry } from './start-telemetry.js';
import type { TelemetryOptions } from './telemetry.js';
import { type Collector, type ExportRequest, startCollector } from './testing/index.js';

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
    logs: false,
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
      'service.version': '1.2.3',
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

  it('delivers log records of this thread and of others, within their spans', async () => {
    collector = await startCollector();
    const telemetry = await startTelemetry(options({ traces: false, metrics: false, logs: true }));
    const deferred = createDeferredLogSink();
    const logger = createLogger({
      name: 'host',
      level: 'info',
      format: 'text',
      write: () => {},
      record: deferred.record,
      now: () => 1_700_000_000_123,
    });
    logger.info('early');
    deferred.attach(telemetry.log);
    logger.warn('late', { error: new Error('no'), count: 2 });
    const intake = telemetry.intake();
    const other = createTelemetryRelay({ ...telemetry.relaySettings, post: (batch) => intake.accept(batch) });
    const fields = { trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16) };
    other.log?.({ time: 7, level: 'error', target: 'component', message: 'trapped', fields });
    other.close();
    await telemetry.shutdown();
    const base = { traceId: '', spanId: '', service: 'wasmcloud-host', time: 1_700_000_000_123 };
    expect(collector.logs).toEqual([
      { ...base, severity: 'INFO', body: 'early', attributes: { target: 'host' } },
      {
        ...base,
        severity: 'WARN',
        body: 'late',
        attributes: { target: 'host', error: 'Error: no', count: 2 },
      },
      {
        severity: 'ERROR',
        body: 'trapped',
        attributes: { target: 'component' },
        traceId: fields.trace_id,
        spanId: fields.span_id,
        service: 'wasmcloud-host',
        time: 7,
      },
    ]);
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
      'LastDataLostError: the telemetry collector did not take the last data within 50 ms',
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
    expect(resources).toEqual([{ 'service.name': 'second', 'service.version': '1.2.3' }]);
  });

  it('begins no trace when OTEL_SDK_DISABLED switches the SDK off', async () => {
    const telemetry = await startTelemetry(options({ env: { OTEL_SDK_DISABLED: 'true' } }));
    const span = telemetry.tracer.startSpan('unseen');
    telemetry.meter.counter('unseen').add(1);
    span.end();
    expect(span.context).toBeUndefined();
    expect(telemetry.relaySettings).toEqual({ traceLevel: undefined, metrics: false, logs: false });
    await telemetry.shutdown();
  });

  it('delivers what the relay of another thread posts', async () => {
    collector = await startCollector();
    const telemetry = await startTelemetry(options({ traceLevel: 'debug' }));
    expect(telemetry.relaySettings).toEqual({ traceLevel: 'debug', metrics: true, logs: false });
    const intake = telemetry.intake();
    const other = createTelemetryRelay({
      ...telemetry.relaySettings,
      post: (batch) => intake.accept(structuredClone(batch)),
    });
    const remote: SpanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true };
    const span = other.tracer.startSpan('invoke', {
      parent: remote,
      kind: 'client',
      attributes: { target: 'kv', absent: undefined },
    });
    span.recordException(new Error('no answer'));
    span.end();
    other.meter.counter('calls', { unit: 'calls' }).add(2, { path: 'local' });
    other.meter.histogram('took', { buckets: [1, 10] }).record(5);
    other.meter.gauge('limit').record(4);
    other.meter.upDownCounter('open').add(3);
    other.meter.observe('active', () => 7);
    other.close();
    intake.close();
    intake.close();
    telemetry.meter.observe('watched', () => 1, { attributes: { id: 'a' } });
    telemetry.meter.observe('watched', () => 2, { attributes: { id: 'a' } });
    telemetry.meter.observe('watched', () => 5).close();
    await telemetry.shutdown();

    const sent = (path: string) => collector?.requests.find((request) => request.path === path)?.message;
    const [scope] = sent('/v1/traces')?.at(resourceSpans, scopeSpans, 1) ?? [];
    expect([scope?.text(1), scope?.text(2)]).toEqual(['wasmcloud-tracing', '1.2.3']);
    const [received] = sent('/v1/traces')?.at(resourceSpans, scopeSpans, spans) ?? [];
    expect({
      name: received?.text(5),
      trace: received?.hex(1),
      span: received?.hex(2),
      parent: received?.hex(4),
      kind: received?.number(6),
      attributes: received?.attributes(9),
      status: received?.messages(15)[0]?.text(2),
      events: received?.messages(11).map((event) => event.attributes(3)['exception.type']),
    }).toEqual({
      name: 'invoke',
      trace: remote.traceId,
      span: span.context?.spanId,
      parent: remote.spanId,
      kind: 3,
      attributes: { target: 'kv' },
      status: 'Error: no answer',
      events: ['Error'],
    });
    const found = sent('/v1/metrics')?.at(resourceMetrics, scopeMetrics, metrics) ?? [];
    const value = (name: string) => {
      const metric = found.find((each) => each.text(1) === name);
      const [point] = [...(metric?.at(7, 1) ?? []), ...(metric?.at(5, 1) ?? [])];
      return point?.number(6) ?? point?.double(4);
    };
    // What the other thread left behind is taken back.
    expect(['calls', 'limit', 'open', 'active', 'watched'].map(value)).toEqual([2, 4, 0, 0, 3]);
    const [took] = found.find((each) => each.text(1) === 'took')?.at(9, 1) ?? [];
    expect([took?.double(5), took?.packed(6, true), took?.packed(7).length]).toEqual([5, [0, 1, 0], 2]);
  });

  it('refuses an endpoint that is no URL', async () => {
    await expect(startTelemetry(options({ endpoint: 'otel:4318' }))).rejects.toThrow(InvalidEndpointError);
  });
});

describe('the variables of OpenTelemetry that exporters read', () => {
  /** Records a span and a measurement, and says which requests reached the collector. */
  async function exported(changes: Partial<TelemetryOptions> = {}): Promise<readonly ExportRequest[]> {
    const telemetry = await startTelemetry(options({ env: process.env, onError: () => {}, ...changes }));
    telemetry.tracer.startSpan('serve').end();
    telemetry.meter.counter('wasmcloud_host.component.invocations').add(1);
    await telemetry.shutdown();
    return collector?.requests ?? [];
  }

  it('give headers to all signals, and to one', async () => {
    collector = await startCollector();
    vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'x-tenant=blue,x-key=a%3Db');
    vi.stubEnv('OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'x-tenant=green');
    const tenants = (await exported()).map(({ path, headers }) => [
      path,
      headers['x-tenant'],
      headers['x-key'],
    ]);
    expect(tenants.sort()).toEqual([
      ['/v1/metrics', 'blue', 'a=b'],
      ['/v1/traces', 'green', 'a=b'],
    ]);
  });

  it('compress what leaves', async () => {
    collector = await startCollector();
    vi.stubEnv('OTEL_EXPORTER_OTLP_COMPRESSION', 'gzip');
    expect((await exported({ metrics: false })).map(({ headers }) => headers['content-encoding'])).toEqual([
      'gzip',
    ]);
  });

  it('name the certificates that are trusted, and win over those of the settings', async () => {
    await using folder = await createTempDir();
    const authority = createTestAuthority();
    const file = join(folder.path, 'ca.pem');
    await writeFile(file, authority.certificate);
    collector = await startCollector({ tls: authority.issue('127.0.0.1') });
    expect(await exported()).toEqual([]);
    vi.stubEnv('OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE', file);
    const others = [createTestAuthority('others').certificate];
    const paths = (await exported({ certificateAuthorities: others })).map(({ path }) => path);
    expect(paths).toEqual(['/v1/traces']);
  });

  it('are not needed for certificates that the settings name', async () => {
    const authority = createTestAuthority();
    collector = await startCollector({ tls: authority.issue('127.0.0.1') });
    const paths = (await exported({ certificateAuthorities: [authority.certificate] })).map(
      ({ path }) => path,
    );
    expect(paths.sort()).toEqual(['/v1/metrics', '/v1/traces']);
  });
});
