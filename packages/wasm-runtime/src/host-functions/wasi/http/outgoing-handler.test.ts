import { err, ok, RpcError, serveInterface } from '@wasmlattice/rpc';
import { type HttpOutgoingHandler, httpOutgoingHandler } from '@wasmlattice/rpc/interfaces';
import { createMemoryInvoker, createMemoryServer, MemoryLattice } from '@wasmlattice/rpc/memory';
import { describe, expect, it } from 'vitest';
import { testContext, testLinks } from '../../../testing/context.js';
import type { InstanceContext } from '../../host-interface.js';
import { GuestMisuseError, type IoError } from '../io/index.js';
import type { ErrorCode } from './error-code.js';
import { Fields } from './fields.js';
import { IncomingBody } from './incoming-body.js';
import type { FutureIncomingResponse, IncomingResponse } from './incoming-response.js';
import { OutgoingBody } from './outgoing-body.js';
import { handleOutgoing } from './outgoing-handler.js';
import { OutgoingRequest } from './outgoing-request.js';
import { RequestOptions } from './request-options.js';

const encoder = new TextEncoder();
const noFields = Promise.resolve(undefined);

/** A context whose link for outgoing HTTP leads to `handle`. */
async function linkedTo(
  handle: HttpOutgoingHandler['handle'],
  overrides: Partial<InstanceContext> = {},
): Promise<InstanceContext> {
  const lattice = new MemoryLattice();
  await serveInterface(createMemoryServer({ lattice }), {
    target: 'http-client',
    interface: httpOutgoingHandler,
    implementation: { handle: (request, options) => handle(request, options) },
  });
  const invoker = createMemoryInvoker({ lattice });
  const links = testLinks((linkKey, invocation) => {
    expect(linkKey).toBe('wasi:http/outgoing-handler');
    return invoker.invoke({ ...invocation, target: 'http-client' });
  });
  return testContext({ links, ...overrides });
}

function get(): OutgoingRequest {
  const request = new OutgoingRequest(new Fields());
  request.setScheme({ tag: 'HTTP' });
  request.setAuthority('example.org');
  request.setPathWithQuery('/');
  return request;
}

async function settled(future: FutureIncomingResponse): Promise<unknown> {
  await future.subscribe().block();
  const result = await future.get();
  if (result?.tag !== 'ok') throw new Error('the future gave nothing');
  return result.val;
}

async function responseOf(future: FutureIncomingResponse): Promise<IncomingResponse> {
  const result = (await settled(future)) as { tag: string; val: IncomingResponse };
  if (result.tag !== 'ok') throw new Error(`no response but ${JSON.stringify(result.val)}`);
  return result.val;
}

async function readAll(body: IncomingBody): Promise<string> {
  const stream = body.stream();
  let text = '';
  try {
    for (;;) text += Buffer.from(await stream.blockingRead(1000n)).toString();
  } catch (thrown) {
    if ((thrown as { payload?: { tag?: string } }).payload?.tag !== 'closed') throw thrown;
  }
  stream[Symbol.dispose]();
  return text;
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += Buffer.from(chunk).toString();
  return text;
}

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield encoder.encode(text);
}

function payload(action: () => unknown): unknown {
  try {
    action();
  } catch (thrown) {
    return (thrown as { payload: unknown }).payload;
  }
  throw new Error('nothing was thrown');
}

describe('outgoing-handler', () => {
  it('carries a request with body and trailers to the link, and the answer back', async () => {
    const seen: unknown[] = [];
    const context = await linkedTo(async (request) => {
      const { method, pathWithQuery, scheme, authority, headers } = request;
      seen.push(
        { method, pathWithQuery, scheme, authority },
        headers.map(([name, values]) => [name, values.map(String)]),
      );
      seen.push(await textOf(request.body), await request.trailers);
      return ok({
        body: chunks('po', 'ng'),
        trailers: Promise.resolve([['x-sum', [encoder.encode('4')]]] as [string, Uint8Array[]][]),
        status: 201,
        headers: [['content-type', [encoder.encode('text/plain')]]] as [string, Uint8Array[]][],
      });
    });
    const request = new OutgoingRequest(
      Fields.fromList([
        ['X-Two', encoder.encode('1')],
        ['accept', encoder.encode('*/*')],
        ['x-two', encoder.encode('2')],
      ]),
    );
    request.setMethod({ tag: 'post' });
    request.setScheme({ tag: 'HTTP' });
    request.setAuthority('example.org:8080');
    request.setPathWithQuery('/a?b');
    const body = request.body();
    const stream = body.write();
    const future = handleOutgoing(context, request, undefined);
    await stream.blockingWriteAndFlush(encoder.encode('ping'));
    stream[Symbol.dispose]();
    OutgoingBody.finish(body, Fields.fromList([['x-last', encoder.encode('yes')]]));

    const response = await responseOf(future);
    expect(response.status()).toBe(201);
    const received = response.consume();
    expect(await readAll(received)).toBe('pong');
    const trailers = IncomingBody.finish(received);
    await trailers.subscribe().block();
    expect(trailers.get()).toMatchObject({ tag: 'ok', val: { tag: 'ok', val: expect.any(Fields) } });
    expect(seen).toEqual([
      {
        method: { tag: 'post' },
        pathWithQuery: '/a?b',
        scheme: { tag: 'HTTP' },
        authority: 'example.org:8080',
      },
      [
        ['host', [String(encoder.encode('example.org:8080'))]],
        ['x-two', [String(encoder.encode('1')), String(encoder.encode('2'))]],
        ['accept', [String(encoder.encode('*/*'))]],
      ],
      'ping',
      [['x-last', [Buffer.from('yes')]]].map(([name, values]) => [
        name,
        (values as Buffer[]).map((value) => new Uint8Array(value)),
      ]),
    ]);
  });

  it('carries 2 MiB that the guest wrote before it called handle', async () => {
    let received = 0;
    const context = await linkedTo(async (request) => {
      for await (const chunk of request.body) received += chunk.length;
      return ok({ body: chunks(), trailers: noFields, status: 200, headers: [] });
    });
    const request = get();
    const body = request.body();
    const stream = body.write();
    const all = 2 * 1024 * 1024;
    for (let written = 0; written < all; written += 4096) {
      await stream.blockingWriteAndFlush(new Uint8Array(4096));
    }
    const future = handleOutgoing(context, request, undefined);
    await stream.blockingWriteAndFlush(new Uint8Array(4096));
    stream[Symbol.dispose]();
    OutgoingBody.finish(body, undefined);
    await responseOf(future);
    expect(received).toBe(all + 4096);
  });

  it('fails a write beyond 2 MiB before handle, and says which order helps', () => {
    const stream = get().body().write();
    void stream.write(new Uint8Array(2 * 1024 * 1024));
    const error = payload(() => stream.write(new Uint8Array(1))) as { val: IoError };
    expect(error.val.toDebugString()).toContain(
      'call outgoing-handler.handle before writing the rest, then the body may be of any size',
    );
  });

  it('sends all three timeouts, 600 s for those that are not set', async () => {
    const seen: unknown[] = [];
    const context = await linkedTo(async (_request, options) => {
      seen.push(options);
      return err({ tag: 'connection-refused' } as const);
    });
    const options = new RequestOptions();
    options.setFirstByteTimeout(5_000_000n);
    await settled(handleOutgoing(context, get(), options));
    await settled(handleOutgoing(context, get(), undefined));
    const unset = 600_000_000_000n;
    expect(seen).toEqual([
      { connectTimeout: unset, firstByteTimeout: 5_000_000n, betweenBytesTimeout: unset },
      { connectTimeout: unset, firstByteTimeout: unset, betweenBytesTimeout: unset },
    ]);
  });

  it('gives the error-code of the other side to the guest', async () => {
    const code: ErrorCode = { tag: 'DNS-error', val: { rcode: 'NXDOMAIN', infoCode: 3 } };
    const context = await linkedTo(async () => err(code));
    expect(await settled(handleOutgoing(context, get(), undefined))).toEqual({ tag: 'err', val: code });
  });

  it('answers with an error-code that names the missing link', async () => {
    const future = handleOutgoing(testContext(), get(), undefined);
    expect(await settled(future)).toEqual({
      tag: 'err',
      val: { tag: 'internal-error', val: 'no link for wasi:http/outgoing-handler' },
    });
  });

  it.each([
    ['disconnected', { tag: 'connection-terminated' }],
    ['timeout', { tag: 'HTTP-response-timeout' }],
    ['not-found', { tag: 'internal-error', val: expect.stringContaining('on http-client: gone') }],
  ] as const)('tells the guest of a call that failed as %s', async (code, expected) => {
    const names = { target: 'http-client', instance: httpOutgoingHandler.id, func: 'handle' };
    const links = testLinks(() => Promise.reject(new RpcError(code, names, 'gone')));
    const future = handleOutgoing(testContext({ links }), get(), undefined);
    expect(await settled(future)).toEqual({ tag: 'err', val: expected });
  });

  it.each([
    ['failed', testContext()],
    ['was answered before its body was complete', undefined],
  ])('lets a guest complete the body of a request that %s', async (_, failing) => {
    const early = linkedTo(async (request) => {
      const chunk = await request.body[Symbol.asyncIterator]().next();
      expect(chunk.value).toHaveLength(10_000);
      return ok({ body: chunks('too large'), trailers: noFields, status: 413, headers: [] });
    });
    const request = get();
    const body = request.body();
    const stream = body.write();
    await stream.blockingWriteAndFlush(new Uint8Array(10_000));
    await settled(handleOutgoing(failing ?? (await early), request, undefined));
    for (let i = 0; i < 100; i++) await stream.blockingWriteAndFlush(new Uint8Array(10_000));
    stream[Symbol.dispose]();
    OutgoingBody.finish(body, undefined);
  });

  it('refuses at once what no HTTP client can send', () => {
    const context = testContext();
    expect(payload(() => handleOutgoing(context, new OutgoingRequest(new Fields()), undefined))).toEqual({
      tag: 'HTTP-request-URI-invalid',
    });
    const request = get();
    request.setScheme({ tag: 'other', val: 'gopher' });
    expect(payload(() => handleOutgoing(context, request, undefined))).toEqual({
      tag: 'HTTP-protocol-error',
    });
  });

  it('traps a guest that sends a request whose headers it still holds', () => {
    const request = get();
    request.headers();
    expect(() => handleOutgoing(testContext(), request, undefined)).toThrow(GuestMisuseError);
  });

  it('makes a request body that the guest gives up fail for its reader', async () => {
    const broken = Promise.withResolvers<unknown>();
    const context = await linkedTo(async (request) => {
      broken.resolve(textOf(request.body).catch((error: unknown) => error));
      await broken.promise;
      return err({ tag: 'connection-terminated' } as const);
    });
    const request = get();
    const body = request.body();
    const stream = body.write();
    handleOutgoing(context, request, undefined);
    await stream.blockingWriteAndFlush(encoder.encode('half'));
    stream[Symbol.dispose]();
    body[Symbol.dispose]();
    expect(await broken.promise).toBeInstanceOf(Error);
  });

  it('fails a response body that makes no progress for the between-bytes timeout', async () => {
    const context = await linkedTo(async () =>
      ok({
        body: (async function* () {
          yield encoder.encode('begun');
          await new Promise(() => {});
        })(),
        trailers: noFields,
        status: 200,
        headers: [],
      }),
    );
    const options = new RequestOptions();
    options.setBetweenBytesTimeout(20_000_000n);
    const response = await responseOf(handleOutgoing(context, get(), options));
    const body = response.consume();
    const stream = body.stream();
    expect(Buffer.from(await stream.blockingRead(10n)).toString()).toBe('begun');
    await expect(Promise.resolve(stream.blockingRead(10n))).rejects.toMatchObject({
      payload: { tag: 'last-operation-failed', val: { cause: { code: { tag: 'connection-read-timeout' } } } },
    });
  });

  it('gives the call up when the guest drops the future', async () => {
    const given = Promise.withResolvers<unknown>();
    const links = testLinks((_linkKey, { signal }) => {
      signal?.addEventListener('abort', () => given.resolve(signal.reason));
      return new Promise(() => {});
    });
    handleOutgoing(testContext({ links }), get(), undefined)[Symbol.dispose]();
    expect(String(await given.promise)).toMatch(/gave the request up/);
  });

  it('stops a response that the invocation leaves unread', async () => {
    const stopped = Promise.withResolvers<void>();
    const over = new AbortController();
    const context = await linkedTo(
      async () =>
        ok({
          body: (async function* () {
            try {
              for (;;) yield new Uint8Array(64 * 1024);
            } finally {
              stopped.resolve();
            }
          })(),
          trailers: noFields,
          status: 200,
          headers: [],
        }),
      { signal: over.signal },
    );
    await responseOf(handleOutgoing(context, get(), undefined));
    over.abort(new Error('the invocation is over'));
    await stopped.promise;
  });
});
