import { setImmediate as nextTurn } from 'node:timers/promises';
import { err, ok, serveInterface } from '@wasmlattice/rpc';
import { type HttpOutgoingHandler, type HttpRequest, httpOutgoingHandler } from '@wasmlattice/rpc/interfaces';
import { createMemoryInvoker, createMemoryServer, MemoryLattice } from '@wasmlattice/rpc/memory';
import { RecordingLogger } from '@wasmlattice/test-support';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { InvocationOverError } from '../../../pool/invocation.js';
import { testContext, testLinks } from '../../../testing/context.js';
import type { OutputStream } from '../io/index.js';
import { Fields } from './fields.js';
import type { FutureIncomingResponse, IncomingResponse } from './incoming-response.js';
import { OutgoingBody } from './outgoing-body.js';
import { handleOutgoing } from './outgoing-handler.js';
import { OutgoingRequest } from './outgoing-request.js';

const noFields = Promise.resolve(undefined);
const chunk = 64 * 1024;
const chunks = 16;

/** What a server does with a request, and what became of it. */
class TestServer {
  received = 0;
  /** Whether the whole body came. */
  readonly whole = Promise.withResolvers<void>();
  /** Nobody wants the response. */
  readonly left = Promise.withResolvers<void>();

  /** As a component that reads after it has answered: who stops to read its answer ends it. */
  async *read(request: HttpRequest, breakAfter = Number.POSITIVE_INFINITY): AsyncGenerator<Uint8Array> {
    let isOver = false;
    try {
      for await (const bytes of request.body) {
        this.received += bytes.length;
        if (this.received > breakAfter) throw new Error('trap in the server');
        await nextTurn();
        yield new Uint8Array(1);
      }
      isOver = true;
      this.whole.resolve();
    } finally {
      if (!isOver) this.left.resolve();
    }
  }
}

/** A guest that sends a request, and the invocation it does so in. */
async function guest(handle: HttpOutgoingHandler['handle']): Promise<{
  readonly future: FutureIncomingResponse;
  readonly stream: OutputStream;
  readonly body: OutgoingBody;
  readonly logger: RecordingLogger;
  /** Ends the invocation as one does that returns. */
  end(): void;
  /** Work that outlives the invocation. */
  readonly outliving: readonly Promise<void>[];
  readonly mustEnd: AbortController;
}> {
  const lattice = new MemoryLattice();
  await serveInterface(createMemoryServer({ lattice }), {
    target: 'server',
    interface: httpOutgoingHandler,
    implementation: { handle: (request, options) => handle(request, options) },
  });
  const invoker = createMemoryInvoker({ lattice });
  const over = new AbortController();
  const mustEnd = new AbortController();
  const outliving: Promise<void>[] = [];
  const logger = new RecordingLogger();
  const context = testContext({
    links: testLinks((_, invocation) => invoker.invoke({ ...invocation, target: 'server' })),
    signal: over.signal,
    outlive: (work) => outliving.push(work(mustEnd.signal)),
    logger,
  });
  const request = new OutgoingRequest(new Fields());
  request.setScheme({ tag: 'HTTP' });
  request.setAuthority('example.org');
  const body = request.body();
  const stream = body.write();
  const future = handleOutgoing(context, request, undefined);
  return {
    future,
    stream,
    body,
    logger,
    end: () => over.abort(new InvocationOverError()),
    outliving,
    mustEnd,
  };
}

async function responseOf(future: FutureIncomingResponse): Promise<IncomingResponse> {
  await future.subscribe().block();
  const result = await future.get();
  if (result?.tag !== 'ok' || result.val.tag !== 'ok') throw new Error('no response');
  return result.val.val;
}

async function writeAll(stream: OutputStream, count = chunks): Promise<void> {
  for (let i = 0; i < count; i++) await stream.blockingWriteAndFlush(new Uint8Array(chunk));
}

function finish(stream: OutputStream, body: OutgoingBody): void {
  stream[Symbol.dispose]();
  OutgoingBody.finish(body, undefined);
}

const answer = (body: AsyncIterable<Uint8Array>) =>
  ok({ body, trailers: noFields, status: 200, headers: [] });

describe('the body of a request', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is delivered whole when the guest drops the response after its head and goes on writing', async () => {
    const server = new TestServer();
    const { future, stream, body, logger } = await guest(async (request) => answer(server.read(request)));
    await stream.blockingWriteAndFlush(new Uint8Array(chunk));
    (await responseOf(future))[Symbol.dispose]();
    await writeAll(stream, chunks - 1);
    finish(stream, body);
    await server.whole.promise;
    expect(server.received).toBe(chunks * chunk);
    expect(logger.records).toEqual([]);
  });

  it('is delivered whole when the guest drops the future', async () => {
    const server = new TestServer();
    const { future, stream, body } = await guest(async (request) => answer(server.read(request)));
    await stream.blockingWriteAndFlush(new Uint8Array(chunk));
    future[Symbol.dispose]();
    await writeAll(stream, chunks - 1);
    finish(stream, body);
    await server.whole.promise;
    expect(server.received).toBe(chunks * chunk);
  });

  it.each([true, false])(
    'is delivered whole when the guest returns right after finish, response there: %s',
    async (isThere) => {
      const server = new TestServer();
      const sent = await guest(async (request) => answer(server.read(request)));
      const { future, stream, body, outliving } = sent;
      if (isThere) {
        await stream.blockingWriteAndFlush(new Uint8Array(chunk));
        await responseOf(future);
        await writeAll(stream, chunks - 1);
      } else {
        await writeAll(stream);
      }
      finish(stream, body);
      sent.end();
      future[Symbol.dispose]();
      expect(outliving).toHaveLength(1);
      await server.whole.promise;
      expect(server.received).toBe(chunks * chunk);
      await outliving[0];
    },
  );

  it('is given up with the request when the guest returns without finishing it', async () => {
    const server = new TestServer();
    const { future, stream, outliving, ...sent } = await guest(async (request) =>
      answer(server.read(request)),
    );
    await stream.blockingWriteAndFlush(new Uint8Array(chunk));
    await responseOf(future);
    sent.end();
    await server.left.promise;
    expect(outliving).toEqual([]);
  });

  it('fails to finish when the server failed and the guest dropped what would have told it', async () => {
    const server = new TestServer();
    const { future, stream, body, logger } = await guest(async (request) =>
      answer(server.read(request, chunk)),
    );
    await stream.blockingWriteAndFlush(new Uint8Array(chunk));
    (await responseOf(future))[Symbol.dispose]();
    await writeAll(stream);
    await expect.poll(() => logger.records.length).toBeGreaterThan(0);
    expect(() => finish(stream, body)).toThrow(
      expect.objectContaining({ payload: expect.objectContaining({ tag: 'internal-error' }) }),
    );
    expect(logger.records).toMatchObject([
      { level: 'warn', message: 'a request of component guest to example.org failed' },
    ]);
  });

  it('fails to finish when the request failed and the guest dropped the future', async () => {
    const { future, stream, body, logger } = await guest(async () => err({ tag: 'connection-refused' }));
    future[Symbol.dispose]();
    await expect.poll(() => logger.records.length).toBeGreaterThan(0);
    await writeAll(stream);
    expect(() => finish(stream, body)).toThrow(
      expect.objectContaining({ payload: { tag: 'connection-refused' } }),
    );
  });

  it('is in the log when it is lost after finish', async () => {
    const server = new TestServer();
    const { stream, body, future, outliving, logger, ...sent } = await guest(async (request) =>
      answer(server.read(request, 15 * chunk)),
    );
    await stream.blockingWriteAndFlush(new Uint8Array(chunk));
    await responseOf(future);
    await writeAll(stream, chunks - 1);
    finish(stream, body);
    sent.end();
    await outliving[0];
    expect(logger.records).toMatchObject([
      { level: 'warn', message: 'a request of component guest to example.org failed' },
    ]);
  });

  it('is waited for no longer than an invocation takes, with a warning', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const server = new TestServer();
    const { stream, body, future, outliving, logger, ...sent } = await guest(async () =>
      answer(
        (async function* () {
          try {
            for (;;) yield await nextTurn(new Uint8Array(1));
          } finally {
            server.left.resolve();
          }
        })(),
      ),
    );
    await stream.write(new Uint8Array(10));
    await responseOf(future);
    finish(stream, body);
    sent.end();
    await vi.advanceTimersByTimeAsync(30_000);
    await server.left.promise;
    await outliving[0];
    expect(logger.records).toMatchObject([
      {
        level: 'warn',
        fields: { error: expect.objectContaining({ message: expect.stringMatching(/30000 ms/) }) },
      },
    ]);
  });

  it('is given up when its component must end', async () => {
    const server = new TestServer();
    const { stream, body, future, outliving, mustEnd, ...sent } = await guest(async (request) =>
      answer(server.read(request)),
    );
    await stream.blockingWriteAndFlush(new Uint8Array(chunk));
    await responseOf(future);
    await writeAll(stream, 2);
    finish(stream, body);
    sent.end();
    mustEnd.abort(new Error('the component is stopped'));
    await outliving[0];
    await server.left.promise;
  });

  it('that was never written keeps no server at work when the response is dropped', async () => {
    const server = new TestServer();
    const { stream, body, future } = await guest(async () =>
      answer(
        (async function* () {
          try {
            for (;;) yield new Uint8Array(chunk);
          } finally {
            server.left.resolve();
          }
        })(),
      ),
    );
    finish(stream, body);
    (await responseOf(future))[Symbol.dispose]();
    await server.left.promise;
  });
});
