import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../io/index.js';
import { HttpFailure } from '../error-code.js';
import { MemoryExchange } from '../memory-exchange.js';
import { ForwardedRequest } from './forwarded-request.js';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += Buffer.from(chunk).toString();
  return text;
}

describe('a request that is forwarded', () => {
  it('has its head as wRPC has it, each header name once', () => {
    const { wire } = new ForwardedRequest(
      new MemoryExchange({
        method: 'PROPFIND',
        scheme: 'https',
        authority: 'shop.example:8443',
        pathWithQuery: '/cart?a=1',
        headers: ['Host', 'shop.example', 'Accept', 'a', 'accept', 'b'],
      }),
    );
    expect(wire).toMatchObject({
      method: { tag: 'other', val: 'PROPFIND' },
      scheme: { tag: 'HTTPS' },
      authority: 'shop.example:8443',
      pathWithQuery: '/cart?a=1',
      headers: [
        ['host', [Buffer.from('shop.example')]],
        ['accept', [Buffer.from('a'), Buffer.from('b')]],
      ],
    });
  });

  it.each([
    [{ pathWithQuery: '/a^b' }, '"/a^b" is no path'],
    [{ authority: 'a:b:c' }, '"a:b:c" is no authority'],
  ])('is refused for a head that no peer would take: %j', (head, named) => {
    expect(() => new ForwardedRequest(new MemoryExchange(head))).toThrow(named);
  });

  it('gives its trailers after its body, and then is over', async () => {
    const request = new ForwardedRequest(
      new MemoryExchange({
        body: new MemorySource([encode('hello '), encode('world')]),
        trailers: Promise.resolve(['X-Sum', '42']),
      }),
    );
    expect(await readAll(request.wire.body)).toBe('hello world');
    expect(await request.wire.trailers).toEqual([['x-sum', [Buffer.from('42')]]]);
    await request.over;
  });

  it('reads nothing of the body before somebody takes it, and nothing after they stop', async () => {
    let reads = 0;
    const body = {
      read: () => {
        reads++;
        return encode('x');
      },
      isReady: () => true,
      ready: () => Promise.resolve(),
      cancel() {},
    };
    const { wire, over } = new ForwardedRequest(new MemoryExchange({ body }));
    expect(reads).toBe(0);
    for await (const _ of wire.body) break;
    expect(reads).toBe(1);
    await over;
    expect(await wire.trailers).toBeUndefined();
  });

  it('fails with its body, trailers too', async () => {
    const cause = new HttpFailure({ tag: 'connection-terminated' }, 'gone');
    const body = {
      read: () => {
        throw cause;
      },
      isReady: () => true,
      ready: () => Promise.resolve(),
      cancel() {},
    };
    const { wire, over } = new ForwardedRequest(new MemoryExchange({ body }));
    await expect(readAll(wire.body)).rejects.toBe(cause);
    await expect(wire.trailers).rejects.toBe(cause);
    await over;
  });

  it('can be abandoned while its reader waits, who does not take it for complete', async () => {
    const arrival = Promise.withResolvers<void>();
    const body = {
      read: () => new Uint8Array(0),
      isReady: () => false,
      ready: () => arrival.promise,
      cancel() {},
    };
    const request = new ForwardedRequest(new MemoryExchange({ body }));
    const reading = readAll(request.wire.body);
    const cause = new Error('too long');
    request.abandon(cause);
    arrival.resolve();
    await expect(reading).rejects.toBe(cause);
    await request.over;
  });
});
