import { err, ok, serveInterface } from '@wasmlattice/rpc';
import {
  type HttpOutgoingHandler,
  httpIncomingHandler,
  httpOutgoingHandler,
} from '@wasmlattice/rpc/interfaces';
import { createMemoryInvoker, createMemoryServer, MemoryLattice } from '@wasmlattice/rpc/memory';
import { describe, expect, it } from 'vitest';
import { defaultGuestLimits, GuestLimits } from '../../../../limits/guest-limits.js';
import { testContext, testLinks } from '../../../../testing/context.js';
import { type GuestFuture, guestFuture, guestStream, readText } from '../../../../testing/stream-values.js';
import type { InstanceContext } from '../../../host-interface.js';
import { MemorySource } from '../../io/index.js';
import type { ErrorCode } from '../error-code.js';
import { MemoryExchange } from '../memory-exchange.js';
import { Fields, limitedFields } from './fields.js';
import { http03Interfaces } from './interfaces.js';
import type { TrailersResult } from './message-body.js';
import { Request, receivedRequest } from './request.js';
import { RequestOptions } from './request-options.js';
import { Response } from './response.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (value: Uint8Array): string => Buffer.from(value).toString();
const line = ([name, value]: [string, Uint8Array]): string => `${name},${text(value)}`;
const noTrailers = (): GuestFuture<TrailersResult> => guestFuture(Promise.resolve(ok(undefined)));
const noFields = Promise.resolve(undefined);

type Handle = HttpOutgoingHandler['handle'];
type Send = (request: Request) => Promise<Response>;

function imported(name: string, func: string, context: InstanceContext): Send {
  const served = http03Interfaces.find((each) => each.name === name);
  return Object(served?.bind(context))[func] as Send;
}

/** `client.send` of a guest whose link for outgoing HTTP leads to `handle`. */
async function linkedTo(handle: Handle): Promise<Send> {
  const lattice = new MemoryLattice();
  await serveInterface(createMemoryServer({ lattice }), {
    target: 'http-client',
    interface: httpOutgoingHandler,
    implementation: { handle },
  });
  const invoker = createMemoryInvoker({ lattice });
  const links = testLinks((linkKey, invocation) => {
    expect(linkKey).toBe('wasi:http/outgoing-handler');
    return invoker.invoke({ ...invocation, target: 'http-client' });
  });
  return imported('wasi:http/client', 'send', testContext({ links }));
}

function get(options?: RequestOptions): Request {
  const [request] = Request.new(new Fields(), undefined, noTrailers(), options);
  request.setScheme({ tag: 'HTTP' });
  request.setAuthority('example.org');
  return request;
}

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield bytes(text);
}

async function codeOf(sent: Promise<Response>): Promise<ErrorCode> {
  const thrown: unknown = await sent.then(
    () => new Error('there was a response'),
    (cause: unknown) => cause,
  );
  return (thrown as { payload: ErrorCode }).payload;
}

describe('client.send', () => {
  it('carries a request with body and trailers to the link, and the answer back', async () => {
    const seen: unknown[] = [];
    const send = await linkedTo(async (request) => {
      const { method, pathWithQuery, scheme, authority, headers } = request;
      seen.push({ method, pathWithQuery, scheme, authority });
      seen.push(headers.map(([name, values]) => [name, values.map(text)]));
      seen.push(await readText(request.body));
      seen.push((await request.trailers)?.map(([name, values]) => [name, values.map(text)]));
      return ok({
        body: chunks('po', 'ng'),
        trailers: Promise.resolve([['x-sum', [bytes('4')]]] as [string, Uint8Array[]][]),
        status: 201,
        headers: [['content-type', [bytes('text/plain')]]] as [string, Uint8Array[]][],
      });
    });
    const trailers = guestFuture(Promise.resolve(ok(Fields.fromList([['x-last', bytes('yes')]]))));
    const headers = Fields.fromList([['accept', bytes('*/*')]]);
    const [request, transmission] = Request.new(headers, guestStream('pi', 'ng'), trailers, undefined);
    request.setMethod({ tag: 'post' });
    request.setScheme({ tag: 'HTTP' });
    request.setAuthority('example.org:8080');
    request.setPathWithQuery('/a?b');
    const response = await send(request);
    expect(response.getStatusCode()).toBe(201);
    expect(response.getHeaders().copyAll().map(line)).toEqual(['content-type,text/plain']);
    const [body, received] = Response.consumeBody(response, Promise.resolve(ok(undefined)));
    expect(await readText(body)).toBe('pong');
    const result = await received;
    expect(result.tag === 'ok' && result.val?.copyAll().map(line)).toEqual(['x-sum,4']);
    expect(await transmission).toEqual({ tag: 'ok' });
    expect(seen).toEqual([
      {
        method: { tag: 'post' },
        pathWithQuery: '/a?b',
        scheme: { tag: 'HTTP' },
        authority: 'example.org:8080',
      },
      [
        ['host', ['example.org:8080']],
        ['accept', ['*/*']],
      ],
      'ping',
      [['x-last', ['yes']]],
    ]);
  });

  it('sends the timeouts of the request, 600 s for those that are not set', async () => {
    const seen: unknown[] = [];
    const send = await linkedTo(async (_request, options) => {
      seen.push(options);
      return err({ tag: 'connection-refused' });
    });
    const options = new RequestOptions();
    options.setConnectTimeout(1_000_000_000n);
    const request = get(options);
    expect(() => request.getOptions()?.setConnectTimeout(1n)).toThrow(
      expect.objectContaining({ payload: { tag: 'immutable' } }),
    );
    expect(await codeOf(send(request))).toEqual({ tag: 'connection-refused' });
    expect(seen).toEqual([
      {
        connectTimeout: 1_000_000_000n,
        firstByteTimeout: 600_000_000_000n,
        betweenBytesTimeout: 600_000_000_000n,
      },
    ]);
  });

  it('answers with an error-code that names the missing link', async () => {
    const links = testLinks();
    const send = imported('wasi:http/client', 'send', testContext({ links }));
    expect(await codeOf(send(get()))).toEqual({
      tag: 'internal-error',
      val: 'no link for wasi:http/outgoing-handler',
    });
  });

  it('refuses what no HTTP client can send, and drops its body', async () => {
    const send = imported('wasi:http/client', 'send', testContext());
    const stream = guestStream('a');
    const [request] = Request.new(new Fields(), stream, noTrailers(), undefined);
    expect(await codeOf(send(request))).toEqual({ tag: 'HTTP-request-URI-invalid' });
    expect(stream.isDropped).toBe(true);
    const [unknown] = Request.new(new Fields(), undefined, noTrailers(), undefined);
    unknown.setScheme({ tag: 'other', val: 'ftp' });
    expect(await codeOf(send(unknown))).toEqual({ tag: 'HTTP-protocol-error' });
    const lengths = Fields.fromList([['content-length', bytes('x')]]);
    const [wrong] = Request.new(lengths, undefined, noTrailers(), undefined);
    wrong.setAuthority('a.org');
    expect(await codeOf(send(wrong))).toEqual({ tag: 'HTTP-protocol-error' });
  });

  it('stops an answer that the guest drops', async () => {
    const left = Promise.withResolvers<void>();
    const send = await linkedTo(async () => {
      async function* endless(): AsyncGenerator<Uint8Array> {
        try {
          for (;;) yield new Uint8Array(1024);
        } finally {
          left.resolve();
        }
      }
      return ok({ body: endless(), trailers: noFields, status: 200, headers: [] });
    });
    const response = await send(get());
    response[Symbol.dispose]();
    await left.promise;
  });

  it('sends a request on that came to the guest, body and trailers as they come', async () => {
    const body = new MemorySource([bytes('ping')]);
    const exchange = new MemoryExchange({ method: 'POST', body, trailers: Promise.resolve(['x-sum', '4']) });
    const seen: unknown[] = [];
    const send = await linkedTo(async (request) => {
      seen.push(
        request.method,
        await readText(request.body),
        (await request.trailers)?.map(([name, values]) => [name, values.map(text)]),
      );
      return ok({ body: chunks(), trailers: noFields, status: 204, headers: [] });
    });
    expect((await send(receivedRequest(exchange, defaultGuestLimits))).getStatusCode()).toBe(204);
    expect(seen).toEqual([{ tag: 'post' }, 'ping', [['x-sum', ['4']]]]);
  });
});

describe('handler.handle of a middleware', () => {
  it('calls the handler of the component that it is linked to', async () => {
    const lattice = new MemoryLattice();
    await serveInterface(createMemoryServer({ lattice }), {
      target: 'next',
      interface: httpIncomingHandler,
      implementation: {
        handle: async (request) =>
          ok({ body: chunks(`next ${request.pathWithQuery}`), trailers: noFields, status: 200, headers: [] }),
      },
    });
    const invoker = createMemoryInvoker({ lattice });
    const links = testLinks((linkKey, invocation) => {
      expect(linkKey).toBe('wasi:http/handler');
      return invoker.invoke({ ...invocation, target: 'next' });
    });
    const handle = imported('wasi:http/handler', 'handle', testContext({ links }));
    const request = get();
    request.setPathWithQuery('/x');
    const [body] = Response.consumeBody(await handle(request), Promise.resolve(ok(undefined)));
    expect(await readText(body)).toBe('next /x');
  });
});

describe('fields', () => {
  it('are the bytes that were set, with names in lower case', () => {
    const fields = new Fields();
    fields.append('X-A', bytes('1'));
    fields.append('x-a', bytes('2'));
    fields.set('x-b', [bytes('3')]);
    expect(fields.get('X-a').map(text)).toEqual(['1', '2']);
    expect(fields.has('X-B')).toBe(true);
    expect(fields.getAndDelete('x-A').map(text)).toEqual(['1', '2']);
    expect(fields.getAndDelete('x-a')).toEqual([]);
    fields.delete('x-c');
    expect(fields.copyAll().map(line)).toEqual(['x-b,3']);
  });

  it('refuse what is no line, and what belongs to the connection', () => {
    const code = (action: () => unknown): unknown => {
      try {
        action();
      } catch (thrown) {
        return (thrown as { payload: { tag: string } }).payload.tag;
      }
      return undefined;
    };
    const fields = new Fields();
    expect(code(() => fields.append('a b', bytes('')))).toBe('invalid-syntax');
    expect(code(() => fields.append('a', bytes('\n')))).toBe('invalid-syntax');
    expect(code(() => fields.set('Connection', [bytes('close')]))).toBe('forbidden');
    expect(code(() => Fields.fromList([['upgrade', bytes('x')]]))).toBe('forbidden');
    expect(fields.has('not a name')).toBe(false);
  });

  it('tell a guest that they would be too many', () => {
    const Limited = limitedFields(new GuestLimits('guest', { 'header-lines': 1 }));
    const fields = new Limited();
    fields.append('a', bytes('1'));
    expect(() => fields.append('b', bytes('2'))).toThrow(
      expect.objectContaining({ payload: { tag: 'size-exceeded' } }),
    );
    expect(fields.copyAll()).toHaveLength(1);
  });
});
