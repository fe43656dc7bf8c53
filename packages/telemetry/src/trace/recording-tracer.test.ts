import { describe, expect, it } from 'vitest';
import { createRecordingTracer, type RecordingTracerOptions } from './recording-tracer.js';
import type { SpanRecord } from './span-record.js';

function setUp(options: Partial<RecordingTracerOptions> = {}) {
  const spans: SpanRecord[] = [];
  return { spans, tracer: createRecordingTracer({ record: (span) => spans.push(span), ...options }) };
}

const caller = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true, traceState: 'x=1' };

describe('the recording tracer', () => {
  it('records a span when it ends, within its parent, and only once', () => {
    const { spans, tracer } = setUp();
    const before = Date.now();
    const span = tracer.startSpan('serve', { parent: caller, kind: 'server', attributes: { id: 'hello' } });
    span.setAttributes({ status: 200 });
    expect(spans).toEqual([]);
    span.end();
    span.end();
    span.setAttributes({ late: true });
    span.recordException(new Error('late'));
    expect(spans).toEqual([
      {
        name: 'serve',
        kind: 'server',
        context: {
          traceId: caller.traceId,
          spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
          sampled: true,
          traceState: 'x=1',
        },
        parentSpanId: caller.spanId,
        startMs: expect.any(Number),
        endMs: expect.any(Number),
        attributes: { id: 'hello', status: 200 },
      },
    ]);
    const [{ startMs = 0, endMs = 0 } = {}] = spans;
    expect(endMs).toBeGreaterThanOrEqual(startMs);
    expect(Math.abs(startMs - before)).toBeLessThan(10_000);
  });

  it('begins a trace of its own without a parent', () => {
    const { spans, tracer } = setUp();
    const one = tracer.startSpan('one');
    const two = tracer.startSpan('two', { parent: one.context });
    two.end();
    one.end();
    expect(one.context?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(spans.map(({ parentSpanId }) => parentSpanId)).toEqual([one.context?.spanId, undefined]);
    expect(tracer.startSpan('three').context?.traceId).not.toBe(one.context?.traceId);
  });

  it('says why a span failed', () => {
    const { spans, tracer } = setUp();
    const span = tracer.startSpan('invoke');
    span.recordException(new TypeError('no answer', { cause: new Error('timed out') }));
    span.end();
    expect(spans[0]?.error).toEqual({
      atMs: expect.any(Number),
      type: 'TypeError',
      message: 'TypeError: no answer; caused by: Error: timed out',
      stack: expect.stringContaining('no answer'),
    });
    const other = tracer.startSpan('invoke');
    other.recordException('just text');
    other.end();
    expect(spans[1]?.error).toMatchObject({ type: 'string' });
  });

  it('keeps no more of a long error than a few lines', () => {
    const { spans, tracer } = setUp();
    const span = tracer.startSpan('invoke');
    span.recordException(new Error('x'.repeat(100_000)));
    span.end();
    const { message = '', stack = '' } = spans[0]?.error ?? {};
    expect([message.length, stack.length]).toEqual([8_193, 8_193]);
  });

  it('passes on what is not sampled or below its level', () => {
    const { spans, tracer } = setUp({ level: 'info' });
    const quiet = { ...caller, sampled: false };
    const unsampled = tracer.startSpan('serve', { parent: quiet });
    const hidden = tracer.startSpan('serve', { parent: caller, level: 'debug' });
    expect([unsampled.context, hidden.context]).toEqual([quiet, caller]);
    unsampled.end();
    hidden.end();
    expect(spans).toEqual([]);
  });

  it('records spans that can be posted to another thread', () => {
    const { spans, tracer } = setUp();
    const span = tracer.startSpan('serve', { attributes: { id: 'hello', absent: undefined } });
    span.recordException(new Error('no'));
    span.end();
    expect(structuredClone(spans)).toEqual(spans);
  });
});
