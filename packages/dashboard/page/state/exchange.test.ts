import { describe, expect, it } from 'vitest';
import type { SpanRow } from '../../src/model/traces.js';
import { otherAttributes, requestOf } from './exchange.js';

const span = (attributes: SpanRow['attributes']): SpanRow => ({
  id: 'a',
  hostId: 'NA1',
  name: 'http_request',
  startMs: 0,
  endMs: 1,
  attributes: { 'http.request.method': 'PUT', 'url.path': '/x', 'url.query': 'y=1', ...attributes },
});

describe('a request that is shown', () => {
  it('is sent again as it was', () => {
    const shown = span({
      'http.request.header.content-length': '2',
      'http.request.header.accept': 'a/b',
      'http.request.body.size': 2,
      'http.request.body': 'ä',
      'http.response.header.allow': 'GET',
    });
    expect(requestOf(shown)).toEqual({
      method: 'PUT',
      pathWithQuery: '/x?y=1',
      headers: { 'content-length': '2', accept: 'a/b' },
      body: 'ä',
    });
    expect(otherAttributes(shown).map(([name]) => name)).toEqual([
      'http.request.method',
      'url.path',
      'url.query',
    ]);
  });

  it.each([
    ['was not read', { 'http.request.header.content-length': '2' }],
    ['is no text', { 'http.request.body.size': 2 }],
    ['is longer than what is kept', { 'http.request.body.size': 20_000, 'http.request.body': 'x' }],
  ])('is not sent again where its body %s', (_, attributes) => {
    expect(requestOf(span(attributes))).toMatch(/body/);
  });
});
