import { err, ok, serveInterface } from '@wasmlattice/rpc';
import { type HttpIncomingHandler, httpIncomingHandler } from '@wasmlattice/rpc/interfaces';
import { createMemoryInvoker, createMemoryServer, MemoryLattice } from '@wasmlattice/rpc/memory';
import { describe, expect, it } from 'vitest';
import { testContext, testLinks } from '../../../testing/context.js';
import { readText } from '../../../testing/stream-values.js';
import type { InstanceContext } from '../../host-interface.js';
import { GuestMisuseError, MemorySource } from '../io/index.js';
import type { IncomingRequest } from './incoming-request.js';
import { httpInterfaces } from './interfaces.js';
import { MemoryExchange } from './memory-exchange.js';
import type { ResponseOutparam } from './response-outparam.js';
import { bytes, run } from './testing/called-guest.js';

type Handle = (request: IncomingRequest, response: ResponseOutparam) => Promise<void>;

/** What a guest imports that is linked to `next`. */
async function linkedTo(next: HttpIncomingHandler['handle']): Promise<Handle> {
  const lattice = new MemoryLattice();
  await serveInterface(createMemoryServer({ lattice }), {
    target: 'next',
    interface: httpIncomingHandler,
    implementation: { handle: next },
  });
  const invoker = createMemoryInvoker({ lattice });
  const links = testLinks((linkKey, invocation) => {
    expect(linkKey).toBe('wasi:http/incoming-handler');
    return invoker.invoke({ ...invocation, target: 'next' });
  });
  return imported(testContext({ links }));
}

function imported(context: InstanceContext): Handle {
  const served = httpInterfaces.find(({ name }) => name === 'wasi:http/incoming-handler');
  return Object(served?.bind(context)).handle as Handle;
}

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield bytes(text);
}

describe('incoming-handler.handle of a middleware', () => {
  it('has the next handler answer the request, body and trailers both ways', async () => {
    const next = await linkedTo(async ({ method, pathWithQuery, authority, headers, body, trailers }) => {
      const seen = [method.tag, pathWithQuery, authority, headers.map(([name]) => name).join()].join(' ');
      return ok({
        body: chunks(`${seen} `, await readText(body)),
        trailers,
        status: 201,
        headers: [['content-type', [bytes('text/plain')]]],
      });
    });
    const exchange = new MemoryExchange({
      method: 'POST',
      pathWithQuery: '/a?b',
      headers: ['Host', 'localhost:8000', 'X-Key', 'open'],
      body: new MemorySource([bytes('pi'), bytes('ng')]),
      trailers: Promise.resolve(['X-Sum', '4']),
    });
    expect(await run(exchange, next)).toEqual({ kind: 'answered', status: 201 });
    expect(exchange.head).toEqual({ status: 201, headers: ['content-type', 'text/plain'] });
    expect(exchange.sink.text()).toBe('post /a?b localhost:8000 host,x-key ping');
    expect(exchange.finished).toEqual({ trailers: ['x-sum', '4'] });
  });

  it('answers with the error-code that the next handler answers with', async () => {
    const next = await linkedTo(async () => err({ tag: 'HTTP-request-denied' }));
    expect(await run(new MemoryExchange(), next)).toMatchObject({ kind: 'error-code', status: 403 });
  });

  it('answers with an error-code that names the missing link', async () => {
    expect(await run(new MemoryExchange(), imported(testContext({ links: testLinks() })))).toMatchObject({
      code: { tag: 'internal-error', val: 'no link for wasi:http/incoming-handler' },
    });
  });

  it('says so where the guest has taken the body of the request', async () => {
    const next = await linkedTo(async () => err({ tag: 'HTTP-request-denied' }));
    const outcome = await run(new MemoryExchange(), async (request, response) => {
      request.consume();
      await next(request, response);
    });
    expect(outcome).toMatchObject({
      code: { val: 'the body of the request was taken before the request was passed on' },
    });
  });

  it('traps a guest that has children of the request left', async () => {
    const next = await linkedTo(async () => err({ tag: 'HTTP-request-denied' }));
    const outcome = await run(new MemoryExchange(), async (request, response) => {
      request.headers();
      await next(request, response);
    });
    expect(outcome).toMatchObject({ kind: 'trapped', cause: expect.any(GuestMisuseError) });
  });
});
