import type { ExportedLog, SpanRecord, TraceBatch } from '@wasmlattice/telemetry';
import { describe, expect, it } from 'vitest';
import { decodeHostTraces } from './host-traces.js';
import { createTraceRing } from './trace-ring.js';

const traceId = 'a'.repeat(32);

const span = (name: string, more: Partial<SpanRecord> = {}): SpanRecord => ({
  name,
  kind: 'server',
  context: { traceId, spanId: 'b'.repeat(16), sampled: true },
  startMs: 1_000,
  endMs: 1_002.5,
  attributes: { component_id: 'hello' },
  ...more,
});
const line = (message: string): ExportedLog => ({
  time: 1,
  level: 'info',
  target: 'component',
  message,
  attributes: { component: 'hello' },
  traceId,
});
const batch = (...spans: readonly SpanRecord[]): TraceBatch => ({ spans, logs: [], dropped: 0 });

function setUp(options: { readonly maxBytes?: number; readonly maxMessageBytes?: number } = {}) {
  const clock = { ms: 0 };
  const ring = createTraceRing({ hostId: 'NA1', now: () => clock.ms, keepMs: 1_000, ...options });
  return { clock, ring, ask: (after = 0) => decodeHostTraces(ring.answer(after)) };
}

describe('a ring of traces', () => {
  it('keeps nothing until it is asked, and nothing once nobody asks any more', () => {
    const { ask, clock, ring } = setUp();
    ring.add(batch(span('before')));
    expect(ask().spans).toEqual([]);
    ring.add(batch(span('kept')));
    expect(ask().spans).toMatchObject([{ name: 'kept' }]);
    clock.ms = 2_000;
    ring.add(batch(span('late')));
    expect(ask().spans).toEqual([]);
  });

  it('tells spans and lines as they were, and those that came since the last answer', () => {
    const { ask, ring } = setUp();
    ask();
    const failed = span('fails', {
      parentSpanId: 'c'.repeat(16),
      error: { atMs: 1_002.5, type: 'TrapError', message: 'unreachable', stack: 'at guest' },
    });
    ring.add({ spans: [failed], logs: [line('hello')], dropped: 0 });
    const { next, ...told } = ask();
    expect(told).toEqual({
      hostId: 'NA1',
      refusal: undefined,
      spans: [failed],
      lines: [line('hello')],
      dropped: 0,
      hasMore: false,
    });
    expect(ask(next)).toMatchObject({ spans: [], lines: [], next });
    ring.add({ ...batch(span('new')), dropped: 3 });
    expect(ask(next)).toMatchObject({ spans: [{ name: 'new' }], dropped: 3, next: next + 2 });
    // As after a start of the host with the same id.
    expect(ask(1_000)).toMatchObject({ spans: [{ name: 'fails' }, { name: 'new' }] });
  });

  it('tells in parts what is too much for a message, and says what was gone before it was asked for', () => {
    const { ask, ring } = setUp({ maxBytes: 1_500, maxMessageBytes: 500 });
    ask();
    ring.add(batch(span('first')));
    const { next } = ask();
    ring.add(batch(...Array.from({ length: 20 }, (_, at) => span(`of ${at}`))));
    const names: string[] = [];
    let dropped = 0;
    for (let at = next, hasMore = true; hasMore; ) {
      const told = ask(at);
      names.push(...told.spans.map(({ name }) => name));
      dropped += told.dropped;
      at = told.next;
      hasMore = told.hasMore;
    }
    expect(names.at(-1)).toBe('of 19');
    expect(names.length).toBeGreaterThan(2);
    expect(dropped).toBe(20 - names.length);
  });

  it('tells nothing that is no span, shortens what is long, and says which process it is from', () => {
    const { ask, ring } = setUp();
    ask();
    const strange = [
      undefined,
      'x',
      {},
      span('no id', { context: { traceId: 'x', spanId: '', sampled: true } }),
    ];
    const long = span('x'.repeat(10_000), {
      startMs: 5,
      endMs: 1,
      attributes: { component_id: 'another', body: 'y'.repeat(100_000) },
    });
    ring.add(
      { spans: [...strange, long] as SpanRecord[], logs: [{} as ExportedLog], dropped: 0 },
      'isolated',
    );
    const { lines, spans } = ask();
    expect(lines).toEqual([]);
    expect(spans).toMatchObject([{ startMs: 5, endMs: 5, attributes: { component_id: 'isolated' } }]);
    expect(JSON.stringify(spans).length).toBeLessThan(12_000);
  });
});
