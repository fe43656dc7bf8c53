import { RpcError } from '@wasmlattice/rpc';
import type { Logger } from '@wasmlattice/telemetry';
import { noopLogger } from '@wasmlattice/telemetry';
import { describe, expect, it } from 'vitest';
import type { ComponentInstance, ComponentTypes } from '../../../engines/engine.js';
import { TrapError } from '../../../errors.js';
import { GuestLimits } from '../../../limits/guest-limits.js';
import { ExecutionTimeError } from '../../../pool/invocation.js';
import {
  GuestMisuseError,
  type InputStream,
  type IoError,
  MemorySource,
  type OutputStream,
} from '../io/index.js';
import { type ErrorCode, HttpFailure } from './error-code.js';
import { Fields } from './fields.js';
import type { HandlerOutcome, IncomingHandlerCall } from './guest-answer.js';
import { type FutureTrailers, IncomingBody } from './incoming-body.js';
import { incomingHandlerExport, invokeIncomingHandler } from './incoming-handler.js';
import type { IncomingRequest } from './incoming-request.js';
import { httpErrorCode } from './interfaces.js';
import { MemoryExchange } from './memory-exchange.js';
import { OutgoingBody } from './outgoing-body.js';
import { OutgoingResponse } from './outgoing-response.js';
import { ResponseOutparam } from './response-outparam.js';

type Guest = (request: IncomingRequest, out: ResponseOutparam) => void | Promise<void>;

const exportId = 'wasi:http/incoming-handler@0.2.3';
const bytes = (text: string): Uint8Array => Buffer.from(text);

/** Calls `guest` as if it were a component. */
function run(
  exchange: MemoryExchange,
  guest: Guest,
  options: Pick<IncomingHandlerCall, 'signal' | 'logger' | 'onUnfinishedBody' | 'showsTraps'> = {},
): Promise<HandlerOutcome> {
  const instance: ComponentInstance = {
    async call(instanceId, func, [request, out]) {
      expect([instanceId, func]).toEqual([exportId, 'handle']);
      await guest(request as IncomingRequest, out as ResponseOutparam);
      return undefined;
    },
  };
  return invokeIncomingHandler({ instance, exportId, exchange, component: 'hello', ...options });
}

function respond(
  out: ResponseOutparam,
  { status = 200, headers = [] as [string, string][] } = {},
): { readonly body: OutgoingBody; readonly stream: OutputStream } {
  const response = new OutgoingResponse(
    Fields.fromList(headers.map(([name, value]) => [name, bytes(value)])),
  );
  response.setStatusCode(status);
  const body = response.body();
  ResponseOutparam.set(out, { tag: 'ok', val: response });
  return { body, stream: body.write() };
}

function complete(
  answer: { readonly body: OutgoingBody; readonly stream: OutputStream },
  trailers?: Fields,
): void {
  answer.stream[Symbol.dispose]();
  OutgoingBody.finish(answer.body, trailers);
}

function payload(action: () => unknown): unknown {
  try {
    action();
  } catch (thrown) {
    return (thrown as { payload: unknown }).payload;
  }
  throw new Error('nothing was thrown');
}

async function trailersOf(body: IncomingBody): Promise<ReturnType<FutureTrailers['get']>> {
  const future = IncomingBody.finish(body);
  await future.subscribe().block();
  return future.get();
}

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

describe('the response', () => {
  it('leaves with head, body and trailers', async () => {
    const exchange = new MemoryExchange();
    const outcome = await run(exchange, async (_, out) => {
      const answer = respond(out, { status: 201, headers: [['content-type', 'text/plain']] });
      await answer.stream.blockingWriteAndFlush(bytes('hello'));
      complete(answer, Fields.fromList([['x-sum', bytes('42')]]));
    });
    expect(outcome).toEqual({ kind: 'answered', status: 201 });
    expect(exchange.head).toEqual({ status: 201, headers: ['content-type', 'text/plain'] });
    expect(exchange.sink.text()).toBe('hello');
    expect(exchange.finished).toEqual({ trailers: ['x-sum', '42'] });
    expect(exchange.failed).toBeUndefined();
  });

  it('starts when the guest sets the outparam, while the guest goes on', async () => {
    const exchange = new MemoryExchange();
    const goOn = Promise.withResolvers<void>();
    const running = run(exchange, async (_, out) => {
      const answer = respond(out);
      void answer.stream.write(bytes('first'));
      await goOn.promise;
      void answer.stream.write(bytes('second'));
      complete(answer);
    });
    expect(exchange.head?.status).toBe(200);
    expect(exchange.sink.text()).toBe('first');
    expect(exchange.finished).toBeUndefined();
    goOn.resolve();
    await running;
    expect(exchange.sink.text()).toBe('second');
  });

  it('is complete before a guest that has more to do returns', async () => {
    const exchange = new MemoryExchange();
    const rest = Promise.withResolvers<void>();
    const running = run(exchange, async (_, out) => {
      complete(respond(out));
      await rest.promise;
    });
    expect(exchange.finished).toBeDefined();
    rest.resolve();
    expect((await running).kind).toBe('answered');
  });

  const twoMiB = 2 * 1024 * 1024;

  it.each([
    ['in one write', twoMiB, (stream: OutputStream, chunk: Uint8Array) => stream.write(chunk)],
    ['in pieces', 4096, (stream: OutputStream, chunk: Uint8Array) => stream.write(chunk)],
    [
      'in blocking writes',
      4096,
      (stream: OutputStream, chunk: Uint8Array) => stream.blockingWriteAndFlush(chunk),
    ],
    [
      'in one blocking write',
      twoMiB,
      (stream: OutputStream, chunk: Uint8Array) => stream.blockingWriteAndFlush(chunk),
    ],
  ])('carries 2 MiB that the guest wrote %s before it set the outparam', async (_, size, write) => {
    const exchange = new MemoryExchange();
    await run(exchange, async (_, out) => {
      const response = new OutgoingResponse(new Fields());
      const body = response.body();
      const stream = body.write();
      for (let i = 0; i < twoMiB / size; i++) {
        expect(await stream.checkWrite()).toBeGreaterThanOrEqual(BigInt(size));
        await write(stream, new Uint8Array(size).fill(i % 251));
      }
      await stream.blockingFlush();
      expect(await stream.subscribe().ready()).toBe(true);
      ResponseOutparam.set(out, { tag: 'ok', val: response });
      await stream.write(bytes('end'));
      stream[Symbol.dispose]();
      OutgoingBody.finish(body, undefined);
    });
    const sent = exchange.sink.take();
    expect(sent).toHaveLength(twoMiB + 3);
    expect(sent.subarray(0, -3).every((byte, i) => byte === Math.floor(i / size) % 251)).toBe(true);
    expect(exchange.finished).toBeDefined();
  });

  it('fails a write beyond 2 MiB before the outparam is set, and says which order helps', async () => {
    const exchange = new MemoryExchange();
    const order = /call response-outparam\.set before writing the rest/;
    const outcome = await run(exchange, async (_, out) => {
      const response = new OutgoingResponse(new Fields());
      const body = response.body();
      const stream = body.write();
      await stream.blockingWriteAndFlush(new Uint8Array(twoMiB));
      expect(await stream.subscribe().ready()).toBe(true);
      expect(await stream.checkWrite()).toBeGreaterThan(0n);
      const error = payload(() => stream.write(bytes('!'))) as { tag: string; val: IoError };
      expect(error.tag).toBe('last-operation-failed');
      expect(error.val.toDebugString()).toMatch(order);
      expect(httpErrorCode(error.val)).toEqual({ tag: 'internal-error', val: expect.stringMatching(order) });
      ResponseOutparam.set(out, { tag: 'ok', val: response });
    });
    expect(outcome).toMatchObject({ kind: 'incomplete', reason: expect.stringMatching(order) });
    expect(exchange.failed?.status).toBe(500);
  });

  it('fails a long blocking write beyond 2 MiB before the outparam is set, instead of waiting', async () => {
    await run(new MemoryExchange(), async () => {
      const stream = new OutgoingResponse(new Fields()).body().write();
      const written = Promise.resolve(stream.blockingWriteAndFlush(new Uint8Array(twoMiB + 1)));
      await expect(written).rejects.toMatchObject({ payload: { tag: 'last-operation-failed' } });
    });
  });

  it('carries a body that was finished before the outparam was set', async () => {
    const exchange = new MemoryExchange();
    await run(exchange, (_, out) => {
      const response = new OutgoingResponse(new Fields());
      const body = response.body();
      const stream = body.write();
      void stream.write(bytes('early'));
      stream[Symbol.dispose]();
      OutgoingBody.finish(body, Fields.fromList([['x', bytes('y')]]));
      expect(exchange.head).toBeUndefined();
      ResponseOutparam.set(out, { tag: 'ok', val: response });
    });
    expect(exchange.sink.text()).toBe('early');
    expect(exchange.finished).toEqual({ trailers: ['x', 'y'] });
  });

  it('hands over early bytes in order through a narrow sink', async () => {
    const exchange = new MemoryExchange({ window: 4 });
    const running = run(exchange, async (_, out) => {
      const response = new OutgoingResponse(new Fields());
      const body = response.body();
      const stream = body.write();
      void stream.write(bytes('0123456789'));
      ResponseOutparam.set(out, { tag: 'ok', val: response });
      expect(stream.checkWrite()).toBe(0n);
      await stream.blockingWriteAndFlush(bytes('abc'));
      stream[Symbol.dispose]();
      OutgoingBody.finish(body, undefined);
    });
    let received = '';
    while (exchange.finished === undefined) {
      received += exchange.sink.text();
      await Promise.resolve();
    }
    await running;
    expect(received + exchange.sink.text()).toBe('0123456789abc');
  });

  const writesEarly: Guest = (_, out) => {
    const response = new OutgoingResponse(new Fields());
    const body = response.body();
    const stream = body.write();
    void stream.write(bytes('0123456789'));
    ResponseOutparam.set(out, { tag: 'ok', val: response });
    stream[Symbol.dispose]();
    OutgoingBody.finish(body, undefined);
  };

  it.each([
    ['answered', writesEarly],
    [
      'trapped',
      (request, out) => {
        void writesEarly(request, out);
        throw new Error('trap');
      },
    ],
  ] as const satisfies [string, Guest][])(
    'finishes once everything the guest wrote early has left, and the call is over then, not before; it is %s',
    async (kind, guest) => {
      const exchange = new MemoryExchange({ window: 4 });
      let isOver = false;
      const running = run(exchange, guest).then((outcome) => {
        isOver = true;
        return outcome;
      });
      let received = '';
      while (exchange.finished === undefined) {
        await Promise.resolve();
        expect(isOver).toBe(false);
        received += exchange.sink.text();
      }
      expect(received + exchange.sink.text()).toBe('0123456789');
      expect((await running).kind).toBe(kind);
      expect(exchange.failed).toBeUndefined();
    },
  );

  it('breaks off when the invocation is ended before everything the guest wrote early has left', async () => {
    const exchange = new MemoryExchange({ window: 4 });
    const controller = new AbortController();
    const running = run(exchange, writesEarly, { signal: controller.signal });
    await Promise.resolve();
    controller.abort(new ExecutionTimeError('hello', 1000));
    expect(await running).toMatchObject({ kind: 'trapped', status: 504 });
    expect(exchange.failed?.status).toBe(504);
  });

  it('makes the guest wait for its client', async () => {
    const exchange = new MemoryExchange({ window: 1000 });
    let written = 0;
    let taken = 0;
    const running = run(exchange, async (_, out) => {
      const answer = respond(out);
      for (let i = 0; i < 100; i++) {
        await answer.stream.blockingWriteAndFlush(new Uint8Array(700));
        written += 700;
        expect(written - taken).toBeLessThanOrEqual(1000);
      }
      complete(answer);
    });
    while (exchange.finished === undefined) {
      taken += exchange.sink.take().length;
      await Promise.resolve();
    }
    await running;
    expect(written).toBe(70_000);
  });

  it('is empty when the guest never asks for the body', async () => {
    const exchange = new MemoryExchange();
    await run(exchange, (_, out) => {
      const response = new OutgoingResponse(new Fields());
      response.setStatusCode(204);
      ResponseOutparam.set(out, { tag: 'ok', val: response });
    });
    expect(exchange.head?.status).toBe(204);
    expect(exchange.finished).toBeDefined();
  });

  it('gives its body once, the body its stream once, and shows immutable headers', async () => {
    await run(new MemoryExchange(), (_, out) => {
      const response = new OutgoingResponse(Fields.fromList([['x', bytes('1')]]));
      const body = response.body();
      expect(payload(() => response.body())).toBeUndefined();
      const stream = body.write();
      expect(payload(() => body.write())).toBeUndefined();
      const headers = response.headers();
      expect(payload(() => headers.delete('x'))).toEqual({ tag: 'immutable' });
      headers[Symbol.dispose]();
      ResponseOutparam.set(out, { tag: 'ok', val: response });
      complete({ body, stream });
    });
  });

  it('refuses status codes that are none', () => {
    const response = new OutgoingResponse(new Fields());
    for (const status of [0, 99, 1000]) expect(payload(() => response.setStatusCode(status))).toBeUndefined();
    expect(response.statusCode()).toBe(200);
  });

  it('traps a guest that finishes or drops a body while its stream is alive', async () => {
    const finished = await run(new MemoryExchange(), (_, out) => {
      OutgoingBody.finish(respond(out).body, undefined);
    });
    expect(finished).toMatchObject({ kind: 'trapped', cause: expect.any(GuestMisuseError) });
    const dropped = await run(new MemoryExchange(), (_, out) => respond(out).body[Symbol.dispose]());
    expect(dropped).toMatchObject({ kind: 'trapped', cause: expect.any(GuestMisuseError) });
  });
});

describe('a content-length', () => {
  const withLength = (length: string): { headers: [string, string][] } => ({
    headers: [['content-length', length]],
  });

  it('is kept by a body of that length', async () => {
    const exchange = new MemoryExchange();
    await run(exchange, (_, out) => {
      const answer = respond(out, withLength('5'));
      void answer.stream.write(bytes('hello'));
      complete(answer);
    });
    expect(exchange.finished).toBeDefined();
  });

  it('fails a body that is shorter, and aborts the response', async () => {
    const exchange = new MemoryExchange();
    const outcome = await run(exchange, (_, out) => {
      const answer = respond(out, withLength('5'));
      void answer.stream.write(bytes('hell'));
      expect(payload(() => complete(answer))).toEqual({ tag: 'HTTP-response-body-size', val: 4n });
    });
    expect(exchange.failed?.status).toBe(500);
    expect(outcome).toMatchObject({
      kind: 'incomplete',
      reason: expect.stringContaining('content-length says 5'),
    });
  });

  it('fails the write that makes a body longer, and aborts the response', async () => {
    const exchange = new MemoryExchange();
    await run(exchange, (_, out) => {
      const { body, stream } = respond(out, withLength('5'));
      void stream.write(bytes('hello'));
      const error = payload(() => stream.write(bytes('!'))) as { tag: string; val: never };
      expect(error.tag).toBe('last-operation-failed');
      expect(httpErrorCode(error.val)).toEqual({ tag: 'HTTP-response-body-size', val: 6n });
      expect(payload(() => stream.checkWrite())).toEqual({ tag: 'closed' });
      expect(payload(() => complete({ body, stream }))).toEqual({ tag: 'HTTP-response-body-size', val: 6n });
    });
    expect(exchange.failed).toBeDefined();
    expect(exchange.finished).toBeUndefined();
  });

  it('may be set without a body in answers to HEAD and with status 204, 205 and 304', async () => {
    for (const [method, status] of [
      ['HEAD', 200],
      ['GET', 204],
      ['GET', 205],
      ['GET', 304],
    ] as const) {
      const exchange = new MemoryExchange({ method });
      await run(exchange, (_, out) => complete(respond(out, { status, ...withLength('5') })));
      expect(exchange.finished).toBeDefined();
      expect(exchange.failed).toBeUndefined();
    }
  });

  it('fails a response whose body was never asked for', async () => {
    const exchange = new MemoryExchange();
    await run(exchange, (_, out) => {
      const response = new OutgoingResponse(Fields.fromList([['content-length', bytes('5')]]));
      ResponseOutparam.set(out, { tag: 'ok', val: response });
    });
    expect(exchange.failed?.status).toBe(500);
  });

  it('that is no number, or not the only one, gives no body and no response', async () => {
    for (const lengths of [['five'], ['5', '6']]) {
      const exchange = new MemoryExchange();
      await run(exchange, (_, out) => {
        const fields = Fields.fromList(lengths.map((length) => ['content-length', bytes(length)]));
        const response = new OutgoingResponse(fields);
        expect(payload(() => response.body())).toBeUndefined();
        ResponseOutparam.set(out, { tag: 'ok', val: response });
      });
      expect(exchange.head).toBeUndefined();
      expect(exchange.failed).toMatchObject({ status: 500, text: expect.stringContaining('content-length') });
    }
  });
});

/** As V8 throws it where a guest is. */
const guestError = Object.assign(new Error('unreachable'), {
  stack: 'RuntimeError: unreachable\n    at busy (wasm://wasm/0123abcd:wasm-function[7]:0x1a2)',
});

describe('a guest that does not answer as it should', () => {
  it('gives a 500 that names the component when it traps', async () => {
    const exchange = new MemoryExchange();
    const cause = new Error('unreachable at secret.rs:12');
    const outcome = await run(exchange, () => {
      throw cause;
    });
    expect(outcome).toEqual({ kind: 'trapped', status: 500, cause });
    expect(exchange.failed).toEqual({
      status: 500,
      text: 'Component "hello" failed while it handled the request.\n',
    });
  });

  it('shows its trap to a client only if it is told to', async () => {
    const cause = new TrapError({
      component: 'hello',
      instance: 'wasi:http/incoming-handler@0.2.3',
      func: 'handle',
      kind: 'trap',
      cause: new Error('unreachable'),
      hostFunction: 'test:disk/store@1.0.0 write',
    });
    cause.attachStderr('Error: no such thing\n  at app.js:7:9');
    const guest: Guest = () => {
      throw cause;
    };
    const general = 'Component "hello" failed while it handled the request.\n';
    const [shown, hidden] = [new MemoryExchange(), new MemoryExchange()];
    await run(hidden, guest);
    expect(hidden.failed?.text).toBe(general);
    await run(shown, guest, { showsTraps: true });
    expect(shown.failed?.text).toBe(
      `${general}\nTrapError: ${cause.message}\n${[
        '    at host function test:disk/store@1.0.0 write',
        'stderr of the guest:',
        'Error: no such thing',
        '  at app.js:7:9',
      ].join('\n')}\n`,
    );
  });

  it('shows where it was at its deadline, too', async () => {
    const controller = new AbortController();
    const exchange = new MemoryExchange();
    const reason = new ExecutionTimeError('hello', 1000);
    const cause = new TrapError({
      component: 'hello',
      instance: '',
      func: 'handle',
      kind: 'aborted',
      cause: reason,
      thrown: [guestError],
    });
    const guest: Guest = () => {
      controller.abort(reason);
      throw cause;
    };
    await run(exchange, guest, { showsTraps: true, signal: controller.signal });
    expect(exchange.failed?.status).toBe(504);
    expect(exchange.failed?.text).toMatch(
      /^Component "hello" did not answer in time: its limit "execution-time" is 1000 ms\.\n\nTrapError: .*\n {4}at busy \(wasm-function\[7\]\)\n$/,
    );
  });

  it.each([
    ['its own end is left to the pool', 'trap', new Error('x'), []],
    ['its end at its deadline, too', 'aborted', new ExecutionTimeError('hello', 1000), []],
    [
      'one from outside is told',
      'aborted',
      new Error('x'),
      [
        [
          'an invocation of component hello was ended in its HTTP handler',
          { component: 'hello', cause: expect.any(TrapError) },
        ],
      ],
    ],
  ] as const)('%s', async (_what, kind, cause, expected) => {
    const records: unknown[] = [];
    const logger: Logger = { ...noopLogger, error: (message, fields) => records.push([message, fields]) };
    const guest: Guest = () => {
      throw new TrapError({ component: 'hello', instance: '', func: 'handle', kind, cause });
    };
    await run(new MemoryExchange(), guest, { logger });
    expect(records).toEqual(expected);
  });

  it('is told of with what it wrote to stderr, where somebody listens, and logged where not', async () => {
    const logged: unknown[] = [];
    const logger: Logger = { ...noopLogger, warn: (message, fields) => logged.push([message, fields]) };
    const told: unknown[] = [];
    const guestStderr = 'Error: no such thing\n  at app.js:7:9';
    const instance = { call: async () => undefined, guestStderr: () => guestStderr };
    const [heard, unheard] = [new MemoryExchange(), new MemoryExchange()];
    const common = { instance, exportId, component: 'hello', logger };
    const outcome = await invokeIncomingHandler({
      ...common,
      exchange: heard,
      showsTraps: true,
      onIncomplete: (error) => told.push(error),
    });
    expect(outcome).toMatchObject({ kind: 'incomplete', guestStderr });
    expect([told, logged]).toMatchObject([[{ name: 'IncompleteResponseError', guestStderr }], []]);
    expect(heard.failed?.text).toBe(
      `Component "hello" did not answer the request.\n\nIncompleteResponseError: the guest returned without an answer\nstderr of the guest:\n${guestStderr}\n`,
    );
    await invokeIncomingHandler({ ...common, exchange: unheard });
    expect(logged).toMatchObject([[expect.stringContaining('hello'), { guest_stderr: guestStderr }]]);
    expect(unheard.failed?.text).toBe('Component "hello" did not answer the request.\n');
  });

  it('gives a 500 that names the component when it returns without an answer', async () => {
    const exchange = new MemoryExchange();
    const outcome = await run(exchange, () => {});
    expect(outcome.kind).toBe('incomplete');
    expect(exchange.failed).toEqual({ status: 500, text: 'Component "hello" did not answer the request.\n' });
  });

  it('gives the 500 as soon as it drops the outparam', async () => {
    const exchange = new MemoryExchange();
    await run(exchange, (_, out) => {
      out[Symbol.dispose]();
      expect(exchange.failed?.status).toBe(500);
    });
  });

  it('aborts a started response when it traps', async () => {
    const exchange = new MemoryExchange();
    const outcome = await run(exchange, (_, out) => {
      void respond(out).stream.write(bytes('begun'));
      throw new Error('trap');
    });
    expect(outcome.kind).toBe('trapped');
    expect(exchange.head).toBeDefined();
    expect(exchange.failed).toBeDefined();
    expect(exchange.finished).toBeUndefined();
  });

  it('leaves a complete response alone when it traps afterwards', async () => {
    const exchange = new MemoryExchange();
    const outcome = await run(exchange, (_, out) => {
      complete(respond(out));
      throw new Error('trap');
    });
    expect(outcome.kind).toBe('trapped');
    expect(exchange.failed).toBeUndefined();
  });

  it('aborts the response when it drops the body', async () => {
    const exchange = new MemoryExchange();
    const outcome = await run(exchange, (_, out) => {
      const { body, stream } = respond(out);
      stream[Symbol.dispose]();
      body[Symbol.dispose]();
    });
    expect(outcome.kind).toBe('incomplete');
    expect(exchange.failed).toEqual({
      status: 500,
      text: 'Component "hello" did not complete its response.\n',
    });
  });

  it('completes the body when it returns without having finished or dropped it, and the host is told', async () => {
    const exchange = new MemoryExchange({ window: 3 });
    let unfinished = 0;
    const running = run(
      exchange,
      async (_, out) => {
        const response = new OutgoingResponse(new Fields());
        await response.body().write().write(bytes('written'));
        ResponseOutparam.set(out, { tag: 'ok', val: response });
      },
      { onUnfinishedBody: () => unfinished++ },
    );
    let text = '';
    while (exchange.finished === undefined) {
      await Promise.resolve();
      text += exchange.sink.text();
    }
    expect(await running).toEqual({ kind: 'answered', status: 200 });
    text += exchange.sink.text();
    expect([text, exchange.failed, unfinished]).toEqual(['written', undefined, 1]);
  });

  it.each([false, true])(
    'is told of a status and stderr that its runtime left, and its client if that is to see it: %s',
    async (showsTraps) => {
      const exchange = new MemoryExchange();
      const told: unknown[] = [];
      const guestStderr = 'RangeError: too long\n  at app.js:7:9';
      let unfinished = 0;
      const outcome = await invokeIncomingHandler({
        instance: {
          call: async (_id, _func, [, out]) => {
            void respond(out as ResponseOutparam, { status: 500 }).stream.write(bytes('sorry'));
          },
          guestStderr: () => guestStderr,
        },
        exportId,
        exchange,
        component: 'hello',
        onIncomplete: (error) => told.push(error),
        onUnfinishedBody: () => unfinished++,
        showsTraps,
      });
      expect(told).toEqual([expect.objectContaining({ name: 'IncompleteResponseError', guestStderr })]);
      expect(unfinished).toBe(0);
      expect(outcome).toEqual({
        kind: 'incomplete',
        status: 500,
        reason: 'the guest returned without finishing its response body',
        guestStderr,
      });
      const details = `\n\nIncompleteResponseError: the guest returned without finishing its response body\nstderr of the guest:\n${guestStderr}\n`;
      expect(exchange.sink.text()).toBe(showsTraps ? `sorry${details}` : 'sorry');
      expect([exchange.failed, exchange.finished]).toEqual([undefined, expect.anything()]);
    },
  );

  it('does not complete a body that is shorter than its content-length', async () => {
    const exchange = new MemoryExchange();
    let unfinished = 0;
    const outcome = await run(
      exchange,
      (_, out) => {
        void respond(out, { headers: [['content-length', '5']] }).stream.write(bytes('hell'));
      },
      { onUnfinishedBody: () => unfinished++ },
    );
    expect(outcome).toMatchObject({ kind: 'incomplete', reason: expect.stringContaining('wrote 4 bytes') });
    expect([exchange.finished, exchange.failed?.status, unfinished]).toEqual([undefined, 500, 0]);
  });

  it('is not told on for a body that it finished', async () => {
    let unfinished = 0;
    await run(new MemoryExchange(), (_, out) => complete(respond(out)), {
      onUnfinishedBody: () => unfinished++,
    });
    expect(unfinished).toBe(0);
  });

  it('gives a 500 for a response that can not be sent', async () => {
    const exchange = new MemoryExchange();
    await run(exchange, (_, out) => {
      const response = new OutgoingResponse(new Fields());
      response.setStatusCode(103);
      ResponseOutparam.set(out, { tag: 'ok', val: response });
    });
    expect(exchange.head).toBeUndefined();
    expect(exchange.failed).toMatchObject({ status: 500, text: expect.stringContaining('status 103') });
  });

  it('gives the status that fits its error-code', async () => {
    const statuses: [ErrorCode, number][] = [
      [{ tag: 'internal-error', val: 'database password is wrong' }, 500],
      [{ tag: 'configuration-error' }, 500],
      [{ tag: 'connection-refused' }, 502],
      [{ tag: 'DNS-error', val: { rcode: undefined, infoCode: undefined } }, 502],
      [{ tag: 'HTTP-response-timeout' }, 504],
      [{ tag: 'connection-limit-reached' }, 503],
      [{ tag: 'HTTP-request-denied' }, 403],
      [{ tag: 'HTTP-request-body-size', val: 5n }, 413],
      [{ tag: 'HTTP-request-URI-invalid' }, 400],
      [{ tag: 'loop-detected' }, 508],
    ];
    for (const [code, status] of statuses) {
      const exchange = new MemoryExchange();
      const outcome = await run(exchange, (_, out) => ResponseOutparam.set(out, { tag: 'err', val: code }));
      expect(outcome).toEqual({ kind: 'error-code', status, code });
      expect(exchange.failed).toEqual({
        status,
        text: `Component "hello" answered with error-code ${code.tag}.\n`,
      });
    }
  });

  it('gives a 504 at its deadline and a 503 when it is stopped', async () => {
    for (const [reason, status] of [
      [new ExecutionTimeError('hello', 1000), 504],
      [new Error('component stopped'), 503],
    ] as const) {
      const exchange = new MemoryExchange();
      const guest: Guest = () => {
        throw reason;
      };
      await run(exchange, guest, { signal: AbortSignal.abort(reason) });
      expect(exchange.failed?.status).toBe(status);
    }
  });
});

it('tells the client to come again when a component that the guest calls has no room', async () => {
  const callee = { target: 'callee', instance: 'acme:math/counters@1.0.0', func: 'counter' };
  const cause = new RpcError('overloaded', callee, 'the peer failed: no instance became free');
  const exchange = new MemoryExchange();
  await run(exchange, () => {
    throw new Error('trapped', { cause });
  });
  expect(exchange.failed).toEqual({
    status: 503,
    text: 'Component "hello" called a component that has no room for further calls at this moment; send the request again.\n',
  });
});

it('tells the client which limit of the component its guest exceeded, not that of a component it called', async () => {
  const ofGuest = new GuestLimits('hello', { handles: 10_000 }).exceeded('handles', 'holds 10000 resources');
  const ofCallee = new GuestLimits('callee').exceeded('handles', 'holds 262144 resources');
  for (const [cause, text] of [
    [ofGuest, 'Component "hello" failed while it handled the request: its limit "handles" is 10000.\n'],
    [ofCallee, 'Component "hello" failed while it handled the request.\n'],
  ] as const) {
    const exchange = new MemoryExchange();
    await run(exchange, () => {
      throw new Error('trapped', { cause });
    });
    expect(exchange.failed).toEqual({ status: 500, text });
  }
});

describe('a client that disconnects', () => {
  it('closes the stream of a guest that writes', async () => {
    const exchange = new MemoryExchange();
    await run(exchange, (_, out) => {
      const { stream } = respond(out);
      exchange.disconnect();
      expect(payload(() => stream.write(bytes('x')))).toEqual({ tag: 'closed' });
    });
  });

  it('wakes a guest that waits for room, which then goes on to its end', async () => {
    const exchange = new MemoryExchange({ window: 1 });
    const outcome = await run(exchange, async (_, out) => {
      const answer = respond(out);
      const written = answer.stream.blockingWriteAndFlush(bytes('more than fits'));
      exchange.disconnect();
      await expect(written).rejects.toMatchObject({ payload: { tag: 'closed' } });
      complete(answer);
    });
    expect(outcome.kind).toBe('answered');
  });

  it('wakes a guest that waits for the request body', async () => {
    const body = new MemorySource();
    const exchange = new MemoryExchange({ body });
    await run(exchange, async (request) => {
      const stream: InputStream = request.consume().stream();
      const read = stream.blockingRead(1n);
      body.fail(new HttpFailure({ tag: 'connection-terminated' }, 'client gone'));
      await expect(read).rejects.toMatchObject({ payload: { tag: 'last-operation-failed' } });
    });
  });
});

describe('the export to call', () => {
  const typesWith = (...ids: string[]): ComponentTypes => ({
    imports: [],
    exports: ids.map((id) => ({ id, functions: [], resources: [] })),
    importedFunctions: [],
    exportedFunctions: [],
  });

  it('is the incoming handler of any 0.2 release', () => {
    expect(incomingHandlerExport(typesWith('wasi:cli/run@0.2.0', 'wasi:http/incoming-handler@0.2.10'))).toBe(
      'wasi:http/incoming-handler@0.2.10',
    );
  });

  it('is the handler of any 0.3 release, rather than one of 0.2', () => {
    expect(incomingHandlerExport(typesWith('wasi:http/handler@0.3.2'))).toBe('wasi:http/handler@0.3.2');
    expect(
      incomingHandlerExport(typesWith('wasi:http/incoming-handler@0.2.10', 'wasi:http/handler@0.3.0')),
    ).toBe('wasi:http/handler@0.3.0');
  });

  it('is missing in a component without one', () => {
    expect(incomingHandlerExport(typesWith('wasi:http/handler@0.4.0'))).toBeUndefined();
  });
});
