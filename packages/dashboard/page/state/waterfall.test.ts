import { describe, expect, it } from 'vitest';
import type { SpanRow } from '../../src/model/traces.js';
import { summaryOf, waterfallOf } from './waterfall.js';

const span = (id: string, startMs: number, endMs: number, more: Partial<SpanRow> = {}): SpanRow => ({
  id,
  hostId: 'NA1',
  name: 'invoke',
  startMs,
  endMs,
  attributes: { component_id: 'cart', instance: 'shop:price/api', func: 'get', target: 'price' },
  ...more,
});
const request = span('a', 100, 110, {
  name: 'http_request',
  attributes: { component_id: 'cart', 'http.request.method': 'GET', 'url.path': '/x' },
});

describe('a waterfall', () => {
  it('has each step below the one that it is within, in the order in which they began', () => {
    const spans = [
      span('c', 106, 109, { parentId: 'a' }),
      span('d', 103, 104, { parentId: 'b' }),
      span('b', 102, 105, { parentId: 'a' }),
      request,
    ];
    const { durationMs, steps } = waterfallOf({ spans });
    expect(durationMs).toBe(10);
    expect(steps.map(({ afterMs, depth, span }) => [span.id, depth, afterMs])).toEqual([
      ['a', 0, 0],
      ['b', 1, 2],
      ['d', 2, 3],
      ['c', 1, 6],
    ]);
  });

  it('has a step whose parent is elsewhere, or itself, at its beginning', () => {
    const spans = [span('b', 1, 2, { parentId: 'gone' }), span('c', 3, 4, { parentId: 'c' })];
    expect(waterfallOf({ spans }).steps.map(({ depth }) => depth)).toEqual([0, 0]);
  });

  it('is told in one line by its first step, and as failed when any step did', () => {
    const failed = span('b', 102, 105, { parentId: 'a', error: 'no answer' });
    expect(summaryOf({ id: 't', spans: [failed, request], lines: [], isCut: false })).toMatchObject({
      title: 'GET /x',
      owner: 'cart',
      durationMs: 10,
      hasFailed: true,
    });
    expect(summaryOf({ id: 't', spans: [], lines: [], isCut: false })).toBeUndefined();
  });
});
