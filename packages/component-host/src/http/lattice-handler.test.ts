import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http';
import {
  type CallContext,
  type Invoker,
  ok,
  RpcError,
  type RpcErrorCode,
  serveInterface,
} from '@wasmlattice/rpc';
import {
  type HttpErrorCode,
  type HttpRequest,
  type HttpResponse,
  httpIncomingHandler,
} from '@wasmlattice/rpc/interfaces';
import { createMemoryInvoker, createMemoryServer, MemoryLattice } from '@wasmlattice/rpc/memory';
import { RecordingLogger } from '@wasmlattice/test-support';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLatticeHandler } from './lattice-handler.js';
import { type HttpListener, openHttpListener } from './listener.js';

const opened: HttpListener[] = [];
const agent = new Agent();

afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(opened.splice(0).map((listener) => listener.close({ graceMs: 0 })));
});

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

async function listen(invoker: Invoker, timeoutMs = 60_000) {
  const logger = new RecordingLogger();
  const handle = createLatticeHandler({
    componentId: 'shop',
    providerId: 'http-server',
    invoker,
    timeoutMs,
    logger,
  });
  const outcomes: unknown[] = [];
  const listener = await openHttpListener({
    host: '127.0.0.1',
    port: 0,
    handle: async (exchange) => outcomes.push(await handle(exchange, { traceparent })),
  });
  opened.push(listener);
  return { listener, logger, outcomes };
}

type Handle = (
  request: HttpRequest,
  context: CallContext,
) => Promise<
  { readonly tag: 'ok'; readonly val: HttpResponse } | { readonly tag: 'err'; readonly val: HttpErrorCode }
>;

/** What a component on another host would be, without one. */
async function serve(handle: Handle, timeoutMs?: number) {
  const lattice = new MemoryLattice();
  const server = createMemoryServer({ lattice });
  await serveInterface(server, {
    target: 'shop',
    interface: httpIncomingHandler,
    implementation: { handle },
  });
  return await listen(createMemoryInvoker({ lattice }), timeoutMs);
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly trailers: NodeJS.Dict<string>;
  readonly text: string;
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  const { statusCode: status, headers, trailers } = response;
  return { status, headers, trailers, text };
}

function ask({ listener }: { readonly listener: HttpListener }, options: RequestOptions = {}) {
  const sent = request({ ...listener.address, agent, ...options });
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve).on('error', reject);
  });
  response.catch(() => {});
  return { sent, response, answer: () => response.then(readAnswer) };
}

async function get(served: { readonly listener: HttpListener }, path = '/'): Promise<Answer> {
  const { sent, answer } = ask(served, { path });
  sent.end();
  return await answer();
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield encode(text);
}

function response(overrides: Partial<HttpResponse> = {}): HttpResponse {
  return { body: chunks(), trailers: Promise.resolve(undefined), status: 200, headers: [], ...overrides };
}

describe('a request for a component elsewhere in the lattice', () => {
  it('is one call of it, by the HTTP server and within the trace', async () => {
    const calls: unknown[] = [];
    const served = await serve(async ({ method, pathWithQuery, scheme, authority, headers }, context) => {
      calls.push(
        { method, pathWithQuery, scheme, authority, headers: Object.fromEntries(headers) },
        context.headers,
      );
      return ok(response());
    });
    const { sent, answer } = ask(served, {
      method: 'DELETE',
      path: '/cart?a=1',
      headers: { host: 'shop.example', 'x-one': ['1', '2'] },
    });
    sent.end();
    expect((await answer()).status).toBe(200);
    expect(calls).toEqual([
      {
        method: { tag: 'delete' },
        pathWithQuery: '/cart?a=1',
        scheme: { tag: 'HTTP' },
        authority: 'shop.example',
        headers: expect.objectContaining({
          host: [encode('shop.example')],
          'x-one': [encode('1'), encode('2')],
        }),
      },
      { 'source-id': 'http-server', 'target-id': 'shop', traceparent },
    ]);
    expect(served.outcomes).toEqual([{ kind: 'answered', status: 200 }]);
  });

  it('streams its body there and the response back, with trailers', async () => {
    const served = await serve(async ({ body, trailers }) => ok(response({ body, trailers, status: 201 })));
    const { sent, response: begun } = ask(served, { method: 'POST', headers: { trailer: 'x-sum' } });
    sent.write('first');
    const incoming = (await begun).setEncoding('utf8');
    const received = incoming[Symbol.asyncIterator]();
    expect(await received.next()).toEqual({ done: false, value: 'first' });
    sent.addTrailers({ 'x-sum': '42' });
    sent.end('last');
    expect(await received.next()).toEqual({ done: false, value: 'last' });
    expect((await received.next()).done).toBe(true);
    expect([incoming.statusCode, incoming.trailers]).toEqual([201, { 'x-sum': '42' }]);
  });

  it('leaves its connection usable when nobody reads its body', async () => {
    const served = await serve(async () => ok(response({ body: chunks('enough') })));
    const kept = new Agent({ keepAlive: true, maxSockets: 1 });
    const sockets = new Set<unknown>();
    for (let i = 0; i < 2; i++) {
      const { sent, response: begun, answer } = ask(served, { method: 'POST', agent: kept });
      sent.end('x'.repeat(300_000));
      sockets.add((await begun).socket);
      expect((await answer()).text).toBe('enough');
    }
    kept.destroy();
    expect(sockets.size).toBe(1);
  });

  it('is ended by a client that leaves, before and amid the response', async () => {
    const ends: Promise<void>[] = [];
    const arrived = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const served = await serve(async ({ pathWithQuery }, { signal }) => {
      if (pathWithQuery === '/before') {
        const end = Promise.withResolvers<void>();
        ends.push(end.promise);
        signal.addEventListener('abort', () => end.resolve());
        arrived[0]?.resolve();
        await end.promise;
        return ok(response());
      }
      const left = Promise.withResolvers<void>();
      ends.push(left.promise);
      arrived[1]?.resolve();
      async function* endless(): AsyncGenerator<Uint8Array> {
        try {
          for (;;) yield encode('x'.repeat(10_000));
        } finally {
          left.resolve();
        }
      }
      return ok(response({ body: endless() }));
    });
    const early = ask(served, { path: '/before' });
    early.sent.end();
    await arrived[0]?.promise;
    early.sent.destroy();
    const late = ask(served, { path: '/amid' });
    late.sent.end();
    (await late.response).on('error', () => {});
    late.sent.destroy();
    await arrived[1]?.promise;
    await Promise.all(ends);
    expect(served.logger.records.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('is answered with the status of an error-code', async () => {
    const served = await serve(async () => ({ tag: 'err', val: { tag: 'HTTP-request-denied' } }));
    expect(await get(served)).toMatchObject({
      status: 403,
      text: 'Component "shop" answered with error-code HTTP-request-denied.\n',
    });
    expect(served.outcomes).toMatchObject([{ kind: 'error-code', status: 403 }]);
  });

  it('is refused when its target can not be said over wRPC', async () => {
    const served = await serve(async () => ok(response()));
    expect(await get(served, '/a^b')).toMatchObject({
      status: 400,
      text: expect.stringContaining('"/a^b" is no path'),
    });
  });

  it('gets 503 that says what to check, and that another try may help, while it runs nowhere', async () => {
    const served = await listen(createMemoryInvoker({ lattice: new MemoryLattice() }));
    const { status, headers, text } = await get(served);
    expect([status, headers['retry-after']]).toEqual([503, '1']);
    expect(text).toMatch(/'shop' is not running on any host of the lattice: check .*'http-server'/);
    expect(served.outcomes).toMatchObject([{ kind: 'trapped', cause: { code: 'not-found' } }]);
  });

  it('gets 504 when the answer does not begin in time', async () => {
    const served = await serve(() => new Promise(() => {}), 1);
    expect(await get(served)).toMatchObject({
      status: 504,
      text: 'Component "shop" did not answer in time.\n',
    });
  });

  it('has time as long as its body comes, before its answer and after it', async () => {
    const reading = Promise.withResolvers<AsyncIterator<Uint8Array>>();
    const answered = Promise.withResolvers<void>();
    const done = Promise.withResolvers<void>();
    const served = await serve(async ({ body }, context) => {
      reading.resolve(body[Symbol.asyncIterator]());
      context.waitUntil(done.promise);
      await answered.promise;
      return ok(response({ body: chunks('done') }));
    }, 1_000);
    // Another agent has Node.js close the connection at the end of the answer.
    const kept = new Agent({ keepAlive: true });
    const { sent, response: begun } = ask(served, { method: 'POST', agent: kept });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const read = async (): Promise<string> => {
      const { value } = await (await reading.promise).next();
      return new TextDecoder().decode(value);
    };
    const uploadSlowly = async (): Promise<void> => {
      for (const part of ['a', 'b', 'c']) {
        sent.write(part);
        expect(await read()).toBe(part);
        vi.advanceTimersByTime(900);
      }
    };
    await uploadSlowly();
    answered.resolve();
    expect(await readAnswer(await begun)).toMatchObject({ status: 200, text: 'done' });
    await uploadSlowly();
    // Nothing more comes, and the guest does not end.
    vi.advanceTimersByTime(1_001);
    await expect(read()).rejects.toThrow('nothing more of the request was sent or read within 1000 ms');
    done.resolve();
    kept.destroy();
  });

  it.each<[RpcErrorCode, number, string | undefined]>([
    ['peer-failed', 500, undefined],
    ['limit-exceeded', 500, undefined],
    ['disconnected', 502, undefined],
    ['bad-data', 502, undefined],
    ['terminated', 503, undefined],
    ['overloaded', 503, '1'],
  ])(
    'gets a status for a call that fails with %s, and the reason is in the log',
    async (code, status, retryAfter) => {
      const error = new RpcError(code, { target: 'shop', instance: 'i', func: 'f' }, 'secret of the lattice');
      const served = await listen({ invoke: () => Promise.reject(error) });
      const answer = await get(served);
      expect([answer.status, answer.headers['retry-after']]).toEqual([status, retryAfter]);
      expect(answer.text).toMatch(/shop/);
      expect(answer.text).not.toMatch(/secret/);
      expect(served.logger.records).toContainEqual(
        expect.objectContaining({ fields: expect.objectContaining({ error }) }),
      );
    },
  );

  it('is told which limit of its component the guest exceeded', async () => {
    const told = 'Component "shop" failed while it handled the request: its limit "memory" is 65536 bytes.';
    const error = new RpcError('limit-exceeded', { target: 'shop', instance: 'i', func: 'f' }, 'failed', {
      told,
    });
    const served = await listen({ invoke: () => Promise.reject(error) });
    expect(await get(served)).toMatchObject({ status: 500, text: `${told}\n` });
  });

  it('never looks complete when the response breaks off', async () => {
    const seen = Promise.withResolvers<void>();
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield encode('begun');
      await seen.promise;
      throw new Error('the guest trapped');
    }
    const served = await serve(async () => ok(response({ body: broken() })));
    const { sent, response: begun } = ask(served);
    sent.end();
    const incoming = await begun;
    const answer = readAnswer(incoming);
    seen.resolve();
    await expect(answer).rejects.toThrow('aborted');
  });
});
