import { afterEach, describe, expect, it } from 'vitest';
import { choose } from './compression.js';
import type { ServedExchange } from './exchange.js';
import { type HttpListener, openHttpListener } from './listener.js';
import { applyPolicy } from './route-policy.js';
import { get, RawClient } from './testing/raw-client.js';

let listener: HttpListener | undefined;
afterEach(() => listener?.close({ graceMs: 0 }));

async function serve(handle: (exchange: ServedExchange) => Promise<unknown>): Promise<string> {
  const policy = { compression: ['br', 'gzip'] } as const;
  listener = await openHttpListener({ host: '127.0.0.1', port: 0, handle: applyPolicy(policy, handle) });
  return `http://127.0.0.1:${listener.address.port}/`;
}

/** Writes as a guest does, as much at a time as it may. */
async function answer(
  { responder }: ServedExchange,
  text: string,
  headers: readonly string[],
): Promise<void> {
  const sink = responder.start({ status: 200, headers });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    const capacity = sink.capacity();
    if (capacity === undefined) return;
    if (capacity === 0) {
      await sink.ready();
      continue;
    }
    sink.write(bytes.subarray(at, at + capacity));
    at += capacity;
  }
  responder.finish();
}

const json = ['content-type', 'application/json', 'etag', '"1"'];
const long = 'compress me '.repeat(20_000);

describe('a response', () => {
  it('is compressed as the client takes it, and says so', async () => {
    const url = await serve((exchange) =>
      answer(exchange, long, [...json, 'content-length', String(long.length)]),
    );
    for (const encoding of ['br', 'gzip']) {
      const response = await fetch(url, { headers: { 'accept-encoding': encoding } });
      expect(await response.text()).toBe(long);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-encoding': encoding,
        vary: 'accept-encoding',
        etag: 'W/"1"',
      });
      expect(response.headers.has('content-length')).toBe(false);
    }
    const plain = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
    expect(await plain.text()).toBe(long);
    expect([plain.headers.get('content-encoding'), plain.headers.get('etag')]).toEqual([null, '"1"']);
  });

  it.each([
    ['short', 'short', [...json, 'content-length', '5']],
    ['an image', long, ['content-type', 'image/png']],
    ['compressed already', long, [...json, 'content-encoding', 'identity']],
    ['not to be changed', long, [...json, 'cache-control', 'no-transform']],
    ['a stream of events', long, ['content-type', 'text/event-stream']],
  ])('that is %s stays as it is', async (_, text, headers) => {
    const url = await serve((exchange) => answer(exchange, text, headers));
    const response = await fetch(url, { headers: { 'accept-encoding': 'gzip' } });
    expect(await response.text()).toBe(text);
    expect(response.headers.get('content-encoding')).not.toBe('gzip');
  });

  it('that its component does not finish is a failure', async () => {
    const url = await serve(async ({ responder }) => {
      responder.start({ status: 200, headers: json }).write(Buffer.from(long));
    });
    const response = await fetch(url, { headers: { 'accept-encoding': 'gzip' } });
    expect([response.status, response.headers.get('content-encoding')]).toEqual([500, null]);
  });

  it('whose client leaves ends the writing of its component', async () => {
    const left = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    await serve(async (exchange) => {
      begun.resolve();
      await new Promise<void>((resolve) => exchange.signal.addEventListener('abort', () => resolve()));
      // What is written now goes nowhere, and does not wait for ever.
      await answer(exchange, long, json);
      left.resolve();
    });
    const client = new RawClient(listener as HttpListener);
    client.send(get('/').replace('\r\n\r\n', '\r\naccept-encoding: gzip\r\n\r\n'));
    await begun.promise;
    client.socket.destroy();
    await left.promise;
  });

  it('flushed by its component leaves before it is complete', async () => {
    const go = Promise.withResolvers<void>();
    const url = await serve(async ({ responder }) => {
      const sink = responder.start({ status: 200, headers: json });
      sink.write(Buffer.from('first'));
      sink.flush();
      await go.promise;
      responder.finish();
    });
    const response = await fetch(url, { headers: { 'accept-encoding': 'gzip' } });
    const reader = response.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('first');
    go.resolve();
    expect(await reader?.read()).toMatchObject({ done: true });
  });
});

it.each([
  ['gzip, br', 'br'],
  ['gzip;q=1, br;q=0', 'gzip'],
  ['*', 'br'],
  ['*;q=0, gzip', 'gzip'],
  ['deflate', undefined],
  ['', undefined],
  [undefined, undefined],
])('of what %j takes, the route chooses %j', (accepted, expected) => {
  expect(choose(accepted, ['br', 'gzip'])).toBe(expected);
});
