import type { HttpResponse } from '@wasmlattice/rpc/interfaces';
import { describe, expect, it } from 'vitest';
import { MemoryExchange } from '../memory-exchange.js';
import { forwardResponse } from './forward-response.js';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function response(overrides: Partial<HttpResponse> = {}): HttpResponse {
  return {
    body: (async function* () {
      yield encode('hello ');
      yield encode('world');
    })(),
    trailers: Promise.resolve(undefined),
    status: 203,
    headers: [['set-cookie', [encode('a=1'), encode('b=2')]]],
    ...overrides,
  };
}

const noChunks = async function* (): AsyncGenerator<Uint8Array> {};

async function* failingBody(cause: Error): AsyncGenerator<Uint8Array> {
  yield encode('hello ');
  throw cause;
}

/** A body that never delivers, and whether its reader left. */
function silentBody() {
  const asked = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const never = new Promise<IteratorResult<Uint8Array>>(() => {});
  const body: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        asked.resolve();
        return never;
      },
      return: async () => {
        left.resolve();
        return { done: true, value: undefined };
      },
    }),
  };
  return { body, asked: asked.promise, left: left.promise };
}

describe('a response that is forwarded', () => {
  it('has head, body and trailers of the one it came from', async () => {
    const exchange = new MemoryExchange();
    const trailers = Promise.resolve<HttpResponse['headers']>([['x-sum', [encode('42')]]]);
    expect(await forwardResponse(response({ trailers }), exchange)).toBe(203);
    expect(exchange.head).toEqual({ status: 203, headers: ['set-cookie', 'a=1', 'set-cookie', 'b=2'] });
    expect(exchange.sink.text()).toBe('hello world');
    expect(exchange.finished).toEqual({ trailers: ['x-sum', '42'] });
  });

  it('is not begun with headers that are none', async () => {
    const exchange = new MemoryExchange();
    const headers: HttpResponse['headers'] = [['a', [encode('1\r\nb: 2')]]];
    await expect(forwardResponse(response({ headers }), exchange)).rejects.toThrow('field a');
    expect(exchange.head).toBeUndefined();
  });

  it.each([
    ['body', (cause: Error) => ({ body: failingBody(cause) })],
    ['trailers', (cause: Error) => ({ body: noChunks(), trailers: Promise.reject(cause) })],
  ])('is not finished when its %s fails', async (_, overrides) => {
    const exchange = new MemoryExchange();
    const cause = new Error('the peer is gone');
    await expect(forwardResponse(response(overrides(cause)), exchange)).rejects.toBe(cause);
    expect(exchange.finished).toBeUndefined();
  });

  it('ends for its sender when the client leaves amid the body', async () => {
    const exchange = new MemoryExchange();
    const { body, asked, left } = silentBody();
    const forwarded = forwardResponse(response({ body }), exchange);
    await asked;
    exchange.disconnect();
    await expect(forwarded).rejects.toThrow('the client closed the connection');
    await left;
    expect(exchange.finished).toBeUndefined();
  });

  it('ends when the client leaves before the trailers are there', async () => {
    const exchange = new MemoryExchange();
    const forwarded = forwardResponse(
      response({ body: noChunks(), trailers: new Promise(() => {}) }),
      exchange,
    );
    exchange.disconnect();
    await expect(forwarded).rejects.toThrow('the client closed the connection');
  });
});
