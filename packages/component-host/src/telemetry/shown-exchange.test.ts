import type { ByteSink } from '@wasmlattice/wasm-runtime/host-functions';
import { describe, expect, it } from 'vitest';
import type { ServedExchange } from '../http/exchange.js';
import { showExchange } from './shown-exchange.js';

/** An exchange whose request has these bodies, and what was sent as its answer. */
function setUp(...received: readonly Uint8Array[]) {
  const chunks = [...received];
  const sent: Uint8Array[] = [];
  const sink = { capacity: () => 100, write: (bytes: Uint8Array) => sent.push(bytes) } as unknown as ByteSink;
  const given = {
    request: {
      method: 'POST',
      scheme: 'http',
      authority: 'a',
      pathWithQuery: '/cart?id=1',
      headers: ['Accept', 'a/b', 'X-Id', '1', 'x-id', '2'],
    },
    body: { read: () => chunks.shift() },
    responder: { status: undefined, start: () => sink, finish() {}, fail() {} },
  } as unknown as ServedExchange;
  return { ...showExchange(given), sent };
}

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('a shown exchange', () => {
  it('tells headers, query and bodies, and hands all of it on', () => {
    const { attributes, exchange, sent } = setUp(bytes('{"a"'), bytes(':1}'));
    while (exchange.body.read(10) !== undefined);
    const sink = exchange.responder.start({ status: 200, headers: ['content-type', 'text/plain'] });
    expect(sink.capacity()).toBe(100);
    sink.write(bytes('fine'));
    expect(Buffer.concat(sent).toString()).toBe('fine');
    expect(attributes()).toEqual({
      'url.query': 'id=1',
      'http.request.header.accept': 'a/b',
      'http.request.header.x-id': '1, 2',
      'http.request.body.size': 7,
      'http.request.body': '{"a":1}',
      'http.response.header.content-type': 'text/plain',
      'http.response.body.size': 4,
      'http.response.body': 'fine',
    });
  });

  it('keeps the beginning of a long body, and nothing of one that is no text', () => {
    const { attributes, exchange } = setUp(Uint8Array.of(0xff, 0xfe), bytes('x'));
    while (exchange.body.read(10) !== undefined);
    exchange.responder.start({ status: 200, headers: [] }).write(bytes('ä'.repeat(10_000)));
    const told = attributes();
    expect(told).toMatchObject({ 'http.request.body.size': 3, 'http.request.body': undefined });
    expect(told['http.response.body.size']).toBe(20_000);
    expect(told['http.response.body']).toBe('ä'.repeat(2_000));
  });

  it('tells what the client got in place of a response that the guest owed', () => {
    const { attributes, exchange } = setUp();
    exchange.responder.start({ status: 200, headers: [] }).write(bytes('half of'));
    exchange.responder.fail(500, 'it trapped');
    expect(attributes()['http.response.body']).toBe('it trapped');
  });
});
