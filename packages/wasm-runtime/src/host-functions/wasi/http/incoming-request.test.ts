import { describe, expect, it } from 'vitest';
import { GuestMisuseError, MemorySource } from '../io/index.js';
import { HttpFailure } from './error-code.js';
import { IncomingBody } from './incoming-body.js';
import { httpErrorCode } from './interfaces.js';
import { MemoryExchange } from './memory-exchange.js';
import { bytes, complete, type Guest, payload, respond, run, trailersOf } from './testing/called-guest.js';

describe('the incoming request', () => {
  it('shows the head of the exchange', async () => {
    const exchange = new MemoryExchange({
      method: 'POST',
      scheme: 'https',
      authority: 'example.org',
      pathWithQuery: '/a?b=c',
      headers: ['Host', 'example.org', 'Accept', 'a', 'accept', 'b'],
    });
    await run(exchange, (request, out) => {
      expect(request.method()).toEqual({ tag: 'post' });
      expect(request.scheme()).toEqual({ tag: 'HTTPS' });
      expect(request.authority()).toBe('example.org');
      expect(request.pathWithQuery()).toBe('/a?b=c');
      const headers = request.headers();
      expect(headers.entries().map(([name, value]) => [name, Buffer.from(value).toString()])).toEqual([
        ['accept', 'a'],
        ['accept', 'b'],
      ]);
      expect(payload(() => headers.append('x', bytes('y')))).toEqual({ tag: 'immutable' });
      complete(respond(out));
    });
    expect(exchange.finished).toBeDefined();
  });

  it('names methods WIT has no case for', async () => {
    await run(new MemoryExchange({ method: 'PROPFIND' }), (request) => {
      expect(request.method()).toEqual({ tag: 'other', val: 'PROPFIND' });
    });
  });

  it('gives its body once, and the body its stream once', async () => {
    const exchange = new MemoryExchange({ body: new MemorySource([bytes('data')]) });
    await run(exchange, async (request) => {
      const body = request.consume();
      expect(payload(() => request.consume())).toBeUndefined();
      const stream = body.stream();
      expect(payload(() => body.stream())).toBeUndefined();
      expect(Buffer.from(await stream.read(100n)).toString()).toBe('data');
    });
  });

  it('traps a guest that gives up a parent before its child', async () => {
    const early: Guest[] = [
      (request) => {
        request.headers();
        request[Symbol.dispose]();
      },
      (request) => {
        const body = request.consume();
        body.stream();
        IncomingBody.finish(body);
      },
      (request) => {
        const body = request.consume();
        body.stream();
        body[Symbol.dispose]();
      },
    ];
    for (const guest of early) {
      const outcome = await run(new MemoryExchange(), guest);
      expect(outcome).toMatchObject({ kind: 'trapped', cause: expect.any(GuestMisuseError) });
    }
  });

  it('cancels a body the guest does not want', async () => {
    const body = new MemorySource([bytes('data')]);
    await run(new MemoryExchange({ body }), (request) => request[Symbol.dispose]());
    expect(body.cancelled).toBe(true);
  });

  it('tells the guest by error-code why a body broke off', async () => {
    const body = new MemorySource();
    body.fail(new HttpFailure({ tag: 'connection-terminated' }, 'client gone'));
    await run(new MemoryExchange({ body }), (request) => {
      const error = payload(() => request.consume().stream().read(1n)) as { tag: string; val: never };
      expect(error.tag).toBe('last-operation-failed');
      expect(httpErrorCode(error.val)).toEqual({ tag: 'connection-terminated' });
    });
  });

  it('gives the trailers once', async () => {
    const arriving = Promise.withResolvers<readonly string[]>();
    const exchange = new MemoryExchange({ trailers: arriving.promise });
    await run(exchange, async (request) => {
      const future = IncomingBody.finish(request.consume());
      expect(future.get()).toBeUndefined();
      arriving.resolve(['X-Sum', '42']);
      await future.subscribe().block();
      const first = await future.get();
      if (first?.tag !== 'ok' || first.val.tag !== 'ok') throw new Error('no trailers');
      expect(Buffer.from(first.val.val?.get('x-sum')[0] ?? []).toString()).toBe('42');
      expect(future.get()).toEqual({ tag: 'err', val: undefined });
    });
  });

  it('says that there are no trailers, or why they are missing', async () => {
    await run(new MemoryExchange(), async (request) => {
      expect(await trailersOf(request.consume())).toEqual({ tag: 'ok', val: { tag: 'ok', val: undefined } });
    });
    const broken = Promise.reject(new HttpFailure({ tag: 'connection-terminated' }, 'client gone'));
    await run(new MemoryExchange({ trailers: broken }), async (request) => {
      expect(await trailersOf(request.consume())).toEqual({
        tag: 'ok',
        val: { tag: 'err', val: { tag: 'connection-terminated' } },
      });
    });
  });
});
