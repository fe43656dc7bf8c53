import { describe, expect, it } from 'vitest';
import { extractTraceContext, injectTraceContext } from './propagation.js';
import { noopTracer, type SpanContext } from './trace/tracer.js';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';
const context: SpanContext = { traceId, spanId, sampled: true, traceState: 'rojo=00f067aa0ba902b7,t61@x=1' };

describe('trace context in headers', () => {
  it('comes back as it was sent', () => {
    expect(extractTraceContext(injectTraceContext(context))).toEqual(context);
    const bare = { traceId, spanId, sampled: false };
    expect(extractTraceContext(injectTraceContext(bare))).toEqual(bare);
  });

  it('joins the headers that are there', () => {
    expect(injectTraceContext(context, { 'source-id': 'a' })).toEqual({
      'source-id': 'a',
      traceparent: `00-${traceId}-${spanId}-01`,
      tracestate: context.traceState,
    });
    expect(injectTraceContext(undefined, { 'source-id': 'a' })).toEqual({ 'source-id': 'a' });
  });

  it('is found under any capitalisation', () => {
    expect(extractTraceContext({ Traceparent: `00-${traceId}-${spanId}-01`, TraceState: 'a=1' })).toEqual({
      traceId,
      spanId,
      sampled: true,
      traceState: 'a=1',
    });
  });

  it('is taken from a later version that appends fields', () => {
    expect(extractTraceContext({ traceparent: `cc-${traceId}-${spanId}-03-what-the-future` })?.sampled).toBe(
      true,
    );
  });

  it.each([
    ['nothing', ''],
    ['version ff', `ff-${traceId}-${spanId}-01`],
    ['fields after version 00', `00-${traceId}-${spanId}-01-x`],
    ['a zero trace id', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['a zero span id', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['upper-case digits', `00-${traceId.toUpperCase()}-${spanId}-01`],
    ['a short trace id', `00-${traceId.slice(1)}-${spanId}-01`],
    ['surrounding space', ` 00-${traceId}-${spanId}-01`],
    ['a line break', `00-${traceId}-${spanId}-01\n`],
  ])('is absent for a traceparent with %s', (_what, traceparent) => {
    expect(extractTraceContext({ traceparent, tracestate: 'a=1' })).toBeUndefined();
  });

  it.each([
    ['a duplicate key', 'a=1,a=2'],
    ['an upper-case key', 'A=1'],
    ['no value', 'a='],
    ['more blanks than any member needs', `a=1 ${' '.repeat(1_000_000)}b`],
    ['blanks within', `a=1${' '.repeat(30_000)}\tb`],
    ['no separator', 'a'],
    ['more than 32 members', Array.from({ length: 33 }, (_, i) => `k${i}=1`).join(',')],
  ])('loses a tracestate with %s and keeps the rest', (_what, tracestate) => {
    expect(extractTraceContext({ traceparent: `00-${traceId}-${spanId}-00`, tracestate })).toEqual({
      traceId,
      spanId,
      sampled: false,
    });
  });
});

describe('noopTracer', () => {
  it('passes the context of its parent on', () => {
    const span = noopTracer.startSpan('hop', { parent: context });
    span.setAttributes({ a: 1 });
    span.recordException(new Error('x'));
    span.end();
    expect(span.context).toBe(context);
    expect(noopTracer.startSpan('root').context).toBeUndefined();
  });
});
