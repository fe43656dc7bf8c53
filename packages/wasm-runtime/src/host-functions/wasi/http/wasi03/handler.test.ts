import { describe, expect, it } from 'vitest';
import type { ComponentInstance } from '../../../../engines/engine.js';
import { TrapError } from '../../../../errors.js';
import {
  type GuestFuture,
  guestFuture,
  guestStream,
  pulledStream,
  readText,
} from '../../../../testing/stream-values.js';
import { MemorySource } from '../../io/index.js';
import { type ErrorCode, HttpFailure } from '../error-code.js';
import type { HandlerOutcome, IncomingHandlerCall } from '../guest-answer.js';
import { invokeIncomingHandler } from '../incoming-handler.js';
import { MemoryExchange } from '../memory-exchange.js';
import { Fields } from './fields.js';
import type { TrailersResult, Transmission } from './message-body.js';
import { Request } from './request.js';
import { Response } from './response.js';

type Answer =
  | { readonly tag: 'ok'; readonly val: Response }
  | { readonly tag: 'err'; readonly val: ErrorCode };
type Guest = (request: Request) => Answer | Promise<Answer>;

const exportId = 'wasi:http/handler@0.3.2';
const bytes = (text: string): Uint8Array => Buffer.from(text);

/** Calls `guest` as if it were a component. */
function run(
  exchange: MemoryExchange,
  guest: Guest,
  {
    settled = async () => {},
    endOpen = () => {},
    ...options
  }: Partial<IncomingHandlerCall> & Pick<ComponentInstance, 'settled' | 'endOpen'> = {},
): Promise<HandlerOutcome> {
  const instance: ComponentInstance = {
    async call(instanceId, func, [request]) {
      expect([instanceId, func]).toEqual([exportId, 'handle']);
      return await guest(request as Request);
    },
    settled,
    endOpen,
  };
  return invokeIncomingHandler({ instance, exportId, exchange, component: 'hello', ...options });
}

const ok = <T>(val: T): { tag: 'ok'; val: T } => ({ tag: 'ok', val });
const err = (val: ErrorCode): { tag: 'err'; val: ErrorCode } => ({ tag: 'err', val });
const noTrailers = (): GuestFuture<TrailersResult> => guestFuture(Promise.resolve(ok(undefined)));
const handled = (): Promise<Transmission> => Promise.resolve(ok(undefined));

describe('the request of a guest', () => {
  it('shows the head of the exchange, with headers that can not be changed', async () => {
    const exchange = new MemoryExchange({
      method: 'PATCH',
      scheme: 'https',
      authority: 'a.org',
      pathWithQuery: '/p?q',
      headers: ['X-A', '1', 'connection', 'close', 'x-a', '2'],
    });
    const seen: unknown[] = [];
    await run(exchange, (request) => {
      seen.push(request.getMethod(), request.getScheme(), request.getAuthority(), request.getPathWithQuery());
      const headers = request.getHeaders();
      seen.push(headers.copyAll().map(([name, value]) => [name, Buffer.from(value).toString()]));
      expect(() => headers.append('x-b', bytes('3'))).toThrow(
        expect.objectContaining({ payload: { tag: 'immutable' } }),
      );
      headers.clone().append('x-b', bytes('3'));
      expect(request.getOptions()).toBeUndefined();
      return ok(Response.new(new Fields(), undefined, noTrailers())[0]);
    });
    expect(seen).toEqual([
      { tag: 'patch' },
      { tag: 'HTTPS' },
      'a.org',
      '/p?q',
      [
        ['x-a', '1'],
        ['x-a', '2'],
      ],
    ]);
  });

  it('gives its body as a stream and then its trailers', async () => {
    const body = new MemorySource();
    const exchange = new MemoryExchange({ body, trailers: Promise.resolve(['X-Sum', '4']) });
    body.push(bytes('pi'));
    const outcome = await run(exchange, async (request) => {
      const [stream, trailers] = Request.consumeBody(request, handled());
      const iterator = stream[Symbol.asyncIterator]();
      expect(Buffer.from((await iterator.next()).value ?? []).toString()).toBe('pi');
      body.push(bytes('ng'));
      body.end();
      expect(Buffer.from((await iterator.next()).value ?? []).toString()).toBe('ng');
      expect((await iterator.next()).done).toBe(true);
      const result = await trailers;
      expect(result.tag === 'ok' && result.val?.copyAll()).toEqual([['x-sum', bytes('4')]]);
      return ok(Response.new(new Fields(), undefined, noTrailers())[0]);
    });
    expect(outcome).toEqual({ kind: 'answered', status: 200 });
  });

  it('says by the error-code of its trailers why its body broke off', async () => {
    const body = new MemorySource();
    body.fail(new HttpFailure({ tag: 'connection-terminated' }, 'cut'));
    await run(new MemoryExchange({ body }), async (request) => {
      const [stream, trailers] = Request.consumeBody(request, handled());
      expect(await readText(stream)).toBe('');
      expect(await trailers).toEqual(err({ tag: 'connection-terminated' }));
      return err({ tag: 'loop-detected' });
    });
  });

  it('cancels a body that the guest does not want, taken or not', async () => {
    const dropped = new MemorySource();
    await run(new MemoryExchange({ body: dropped }), (request) => {
      request[Symbol.dispose]();
      return err({ tag: 'loop-detected' });
    });
    const left = new MemorySource();
    await run(new MemoryExchange({ body: left }), async (request) => {
      const [stream, trailers] = Request.consumeBody(request, handled());
      await stream[Symbol.asyncIterator]().return?.();
      expect(await trailers).toEqual(ok(undefined));
      return err({ tag: 'loop-detected' });
    });
    expect([dropped.cancelled, left.cancelled]).toEqual([true, true]);
  });
});

describe('the response of a guest', () => {
  it('leaves with head, body and trailers, and the guest is told', async () => {
    const exchange = new MemoryExchange();
    let transmission: Promise<Transmission> | undefined;
    const outcome = await run(exchange, () => {
      const headers = Fields.fromList([['X-A', bytes('1')]]);
      const trailers = guestFuture(Promise.resolve(ok(Fields.fromList([['x-sum', bytes('4')]]))));
      const [response, sent] = Response.new(headers, guestStream('pi', 'ng'), trailers);
      response.setStatusCode(201);
      transmission = sent;
      return ok(response);
    });
    expect(outcome).toEqual({ kind: 'answered', status: 201 });
    expect(exchange.head).toEqual({ status: 201, headers: ['x-a', '1'] });
    expect(exchange.sink.text()).toBe('ping');
    expect(exchange.finished).toEqual({ trailers: ['x-sum', '4'] });
    expect(await transmission).toEqual({ tag: 'ok' });
  });

  it('starts when the guest returns it, while a task of the guest goes on', async () => {
    const exchange = new MemoryExchange();
    const over = Promise.withResolvers<void>();
    const chunk = Promise.withResolvers<string>();
    const running = run(
      exchange,
      () =>
        ok(
          Response.new(
            new Fields(),
            pulledStream((index) => (index === 0 ? chunk.promise : Promise.resolve(undefined))),
            noTrailers(),
          )[0],
        ),
      { settled: () => over.promise },
    );
    await until(() => exchange.head !== undefined);
    expect(exchange.finished).toBeUndefined();
    chunk.resolve('late');
    await until(() => exchange.finished !== undefined);
    expect(exchange.sink.text()).toBe('late');
    over.resolve();
    expect(await running).toEqual({ kind: 'answered', status: 200 });
  });

  it('may be the body of the request, which then passes the guest by', async () => {
    const body = new MemorySource([bytes('ping')]);
    const exchange = new MemoryExchange({ body, trailers: Promise.resolve(['x-sum', '4']) });
    const outcome = await run(exchange, (request) => {
      const [stream, trailers] = Request.consumeBody(request, handled());
      return ok(Response.new(new Fields(), stream, trailers)[0]);
    });
    expect(outcome).toEqual({ kind: 'answered', status: 200 });
    expect([exchange.sink.text(), exchange.finished]).toEqual(['ping', { trailers: ['x-sum', '4'] }]);
  });

  it('is not read ahead of its client', async () => {
    const exchange = new MemoryExchange({ window: 4 });
    let reads = 0;
    const stream = pulledStream(async () => (reads++ < 2 ? 'abcd' : undefined));
    const running = run(exchange, () => ok(Response.new(new Fields(), stream, noTrailers())[0]));
    await until(() => exchange.sink.capacity() === 0);
    expect(reads).toBe(1);
    expect(exchange.sink.text()).toBe('abcd');
    await until(() => exchange.sink.capacity() === 0);
    expect(exchange.sink.text()).toBe('abcd');
    expect(await running).toEqual({ kind: 'answered', status: 200 });
  });

  it('drops stream and trailers of a guest whose client is gone, and says so', async () => {
    const exchange = new MemoryExchange({ window: 4 });
    const stream = pulledStream(async () => 'abcd');
    const trailers = noTrailers();
    const [response, sent] = Response.new(new Fields(), stream, trailers);
    const running = run(exchange, () => ok(response));
    await until(() => exchange.sink.capacity() === 0);
    exchange.disconnect();
    await running;
    expect([stream.isDropped, trailers.isDropped]).toEqual([true, true]);
    expect(await sent).toEqual(err({ tag: 'connection-terminated' }));
  });

  it('keeps to its content-length, and a guest that does not is told', async () => {
    for (const [body, length] of [
      ['abc', '4'],
      ['abcde', '4'],
    ] as const) {
      const exchange = new MemoryExchange();
      const headers = Fields.fromList([['content-length', bytes(length)]]);
      const [response, sent] = Response.new(headers, guestStream(body), noTrailers());
      expect(await run(exchange, () => ok(response))).toMatchObject({ kind: 'incomplete', status: 500 });
      expect(exchange.finished).toBeUndefined();
      expect(await sent).toEqual(err({ tag: 'HTTP-response-body-size', val: BigInt(body.length) }));
    }
  });

  it('breaks off when its trailers are an error', async () => {
    const exchange = new MemoryExchange();
    const trailers = guestFuture(Promise.resolve(err({ tag: 'connection-terminated' })));
    const [response] = Response.new(new Fields(), guestStream('a'), trailers);
    expect(await run(exchange, () => ok(response))).toMatchObject({
      kind: 'incomplete',
      reason: 'the guest ended its body with error-code connection-terminated',
    });
    expect(exchange.finished).toBeUndefined();
  });

  it('gives a 500 when it can not be sent, and drops the body', async () => {
    const exchange = new MemoryExchange();
    const stream = guestStream('a');
    const [response] = Response.new(new Fields(), stream, noTrailers());
    response.setStatusCode(103);
    expect(await run(exchange, () => ok(response))).toMatchObject({ kind: 'incomplete' });
    expect(exchange.failed).toMatchObject({ status: 500 });
    expect(stream.isDropped).toBe(true);
  });

  it('may be an error-code', async () => {
    const exchange = new MemoryExchange();
    const outcome = await run(exchange, () => err({ tag: 'HTTP-request-denied' }));
    expect(outcome).toEqual({ kind: 'error-code', status: 403, code: { tag: 'HTTP-request-denied' } });
    expect(exchange.failed).toMatchObject({ status: 403 });
  });

  it('refuses status codes that are none', () => {
    const [response] = Response.new(new Fields(), undefined, noTrailers());
    expect(response.getStatusCode()).toBe(200);
    for (const status of [99, 1000]) expect(() => response.setStatusCode(status)).toThrow();
  });
});

describe('a guest of 0.3 that traps', () => {
  const trap = (): TrapError =>
    new TrapError({
      component: 'hello',
      instance: exportId,
      func: 'handle',
      kind: 'trap',
      cause: new Error('oops'),
    });

  it('gives a 500 when it has not answered', async () => {
    const exchange = new MemoryExchange();
    const outcome = await run(exchange, () => Promise.reject(trap()));
    expect(outcome).toMatchObject({ kind: 'trapped', status: 500 });
    expect(exchange.failed).toMatchObject({ status: 500 });
  });

  it('breaks off a response that it had begun, after its task has returned', async () => {
    const exchange = new MemoryExchange();
    const cause = trap();
    const [response] = Response.new(new Fields(), guestStream('a', cause), noTrailers());
    const outcome = await run(exchange, () => ok(response), {
      settled: async () => {
        await until(() => exchange.sink.text() !== '');
        throw cause;
      },
    });
    expect(outcome).toMatchObject({ kind: 'trapped', cause });
    expect(exchange.finished).toBeUndefined();
    expect(exchange.failed).toMatchObject({ status: 500 });
  });

  it('leaves a complete response alone', async () => {
    const exchange = new MemoryExchange();
    const [response] = Response.new(new Fields(), guestStream('a'), noTrailers());
    await run(exchange, () => ok(response), {
      settled: async () => {
        await until(() => exchange.finished !== undefined);
        throw trap();
      },
    });
    expect([exchange.sink.text(), exchange.finished]).toEqual(['a', { trailers: undefined }]);
    expect(exchange.failed).toBeUndefined();
  });
});

describe('a guest of 0.3 that leaves its body open', () => {
  /** Writes `a`, returns, and has its streams fail once the host says that no further call comes. */
  async function leave(
    headers: Fields,
  ): Promise<{ outcome: HandlerOutcome; told: number; exchange: MemoryExchange }> {
    const exchange = new MemoryExchange();
    const gone = Promise.withResolvers<never>();
    const stream = pulledStream((index) => (index === 0 ? Promise.resolve('a') : gone.promise));
    const [response] = Response.new(headers, stream, guestFuture(new Promise(() => {})));
    let told = 0;
    const outcome = await run(exchange, () => ok(response), {
      settled: () => until(() => exchange.sink.text() !== ''),
      endOpen: () => gone.reject(new Error('left open')),
      onUnfinishedBody: () => {
        told++;
      },
    });
    return { outcome, told, exchange };
  }

  it('has it ended by the host, which tells of it', async () => {
    const { outcome, told, exchange } = await leave(new Fields());
    expect(outcome).toEqual({ kind: 'answered', status: 200 });
    expect(exchange.finished).toEqual({ trailers: undefined });
    expect(told).toBe(1);
  });

  it('is incomplete where it promised more', async () => {
    const { outcome, exchange } = await leave(Fields.fromList([['content-length', bytes('2')]]));
    expect(outcome).toMatchObject({ kind: 'incomplete', status: 500 });
    expect(exchange.finished).toBeUndefined();
  });
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** For what the event loop brings without an event of its own. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}
