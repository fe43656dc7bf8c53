import type { HttpFields, HttpRequest } from '@wasmlattice/rpc/interfaces';
import { describe, expect, it } from 'vitest';
import { TrapError } from '../../../../errors.js';
import { CallerGoneError, WireExchange } from './wire-exchange.js';

const encoder = new TextEncoder();
const neverAborted = new AbortController().signal;

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield encoder.encode(text);
}

function fields(list: readonly (readonly [string, ...string[]])[]): HttpFields {
  return list.map(([name, ...values]) => [name, values.map((value) => encoder.encode(value))]);
}

function requestWith(overrides: Partial<HttpRequest> = {}): HttpRequest {
  return {
    body: chunks(),
    trailers: Promise.resolve(undefined),
    method: { tag: 'get' },
    pathWithQuery: '/',
    scheme: { tag: 'HTTP' },
    authority: 'localhost:8000',
    headers: [],
    ...overrides,
  };
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += Buffer.from(chunk).toString();
  return text;
}

describe('the request of a wire exchange', () => {
  it('has lines for grouped fields, and a path if there is none', () => {
    const { request } = new WireExchange(
      requestWith({
        method: { tag: 'other', val: 'PROPFIND' },
        scheme: { tag: 'HTTPS' },
        pathWithQuery: undefined,
        headers: fields([['Accept', 'a', 'b'], ['x-none'], ['host', 'localhost:8000']]),
      }),
      neverAborted,
    );
    expect(request).toEqual({
      method: 'PROPFIND',
      scheme: 'https',
      authority: 'localhost:8000',
      pathWithQuery: '/',
      headers: ['accept', 'a', 'accept', 'b', 'host', 'localhost:8000'],
    });
  });

  it.each([
    ['without a scheme', { scheme: undefined }, 'no scheme'],
    ['without an authority', { authority: undefined }, 'no authority'],
    ['whose authority is none', { authority: 'a/b' }, 'a/b'],
    ['whose path is none', { pathWithQuery: '/a b' }, '/a b'],
    ['whose method is none', { method: { tag: 'other', val: 'G T' } }, 'G T'],
    [
      'with two entries for one name',
      {
        headers: fields([
          ['a-b', '1'],
          ['A-B', '2'],
        ]),
      },
      'a-b',
    ],
    ['whose header name is none', { headers: fields([['a b', '1']]) }, 'a b'],
    ['whose header value breaks its line', { headers: fields([['a', '1\r\nb: 2']]) }, 'field a'],
  ] as const)('is refused %s', (_, overrides, named) => {
    expect(() => new WireExchange(requestWith(overrides as Partial<HttpRequest>), neverAborted)).toThrow(
      named,
    );
  });

  it('takes a chunk of the body only when the guest wants one', async () => {
    let pulled = 0;
    const body = (async function* () {
      for (;;) {
        pulled++;
        yield encoder.encode('abc');
      }
    })();
    const exchange = new WireExchange(requestWith({ body }), neverAborted);
    expect(exchange.body.isReady()).toBe(false);
    expect(pulled).toBe(0);
    await exchange.body.ready();
    expect(Buffer.from(exchange.body.read(2) ?? []).toString()).toBe('ab');
    expect(Buffer.from(exchange.body.read(2) ?? []).toString()).toBe('c');
    expect(pulled).toBe(1);
    expect(exchange.body.read(2)).toEqual(new Uint8Array(0));
    await exchange.body.ready();
    expect(pulled).toBe(2);
  });

  it('has its trailers after the rest of the body', async () => {
    const exchange = new WireExchange(
      requestWith({ body: chunks('a', 'b'), trailers: Promise.resolve(fields([['x-sum', '1', '2']])) }),
      neverAborted,
    );
    expect(await exchange.trailers()).toEqual(['x-sum', '1', 'x-sum', '2']);
    expect(exchange.body.read(1)).toBeUndefined();
  });

  it('stops a body that the guest drops unread', async () => {
    const stopped = Promise.withResolvers<void>();
    const body = new ReadableStream<Uint8Array>({ cancel: () => stopped.resolve() });
    new WireExchange(requestWith({ body }), neverAborted).body.cancel();
    await stopped.promise;
  });
});

describe('the answer of a wire exchange', () => {
  it('is there with the head; body and trailers follow', async () => {
    const exchange = new WireExchange(requestWith(), neverAborted);
    const sink = exchange.start({
      status: 200,
      headers: ['Set-Cookie', 'a=1', 'x', 'y', 'set-cookie', 'b=2'],
    });
    const answer = await exchange.answer;
    if (answer.tag !== 'ok') throw new Error('no response');
    expect(answer.val.status).toBe(200);
    expect(
      answer.val.headers.map(([name, values]) => [name, values.map((value) => String(Buffer.from(value)))]),
    ).toEqual([
      ['set-cookie', ['a=1', 'b=2']],
      ['x', ['y']],
    ]);
    sink.write(encoder.encode('hel'));
    sink.write(encoder.encode('lo'));
    const body = readAll(answer.val.body);
    exchange.finish(['x-sum', '5']);
    expect(await body).toBe('hello');
    expect(await answer.val.trailers).toEqual([['x-sum', [Buffer.from('5')]]]);
  });

  it('makes the guest wait for a slow reader, and a flush for its bytes', async () => {
    const exchange = new WireExchange(requestWith(), neverAborted);
    const sink = exchange.start({ status: 200, headers: [] });
    const room = sink.capacity() ?? 0;
    sink.write(new Uint8Array(room - 1));
    sink.flush();
    expect(sink.capacity()).toBe(0);
    expect(sink.isReady()).toBe(false);
    const answer = await exchange.answer;
    if (answer.tag !== 'ok') throw new Error('no response');
    const first = await answer.val.body[Symbol.asyncIterator]().next();
    expect(first.value).toHaveLength(room - 1);
    await sink.ready();
    expect(sink.capacity()).toBe(room);
  });

  it('is the error-code of a guest that gives one', async () => {
    const exchange = new WireExchange(requestWith(), neverAborted);
    exchange.refuse({ tag: 'HTTP-request-denied' });
    expect(await exchange.answer).toEqual({ tag: 'err', val: { tag: 'HTTP-request-denied' } });
  });

  it('fails with the stack of the guest, which is not for the caller', async () => {
    const exchange = new WireExchange(requestWith(), neverAborted);
    const trap = new TrapError({
      component: 'a',
      instance: '',
      func: 'handle',
      kind: 'trap',
      cause: new Error('unreachable'),
      hostFunction: 'test:disk/store@1.0.0 write',
    });
    exchange.fail(500, 'Component "a" failed.\n', trap);
    const failure: unknown = await exchange.answer.catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: 'Component "a" failed.', cause: trap, stack: trap.stack });
    expect(trap.stack).toContain('at host function test:disk/store@1.0.0 write');
  });

  it('rejects when the guest fails before its head', async () => {
    const exchange = new WireExchange(requestWith(), neverAborted);
    exchange.fail(500, 'Component "a" failed.\n');
    await expect(exchange.answer).rejects.toThrow('Component "a" failed.');
  });

  it('is an error-code when the guest has not answered in time', async () => {
    const exchange = new WireExchange(requestWith(), neverAborted);
    exchange.fail(504, 'Component "a" did not answer in time.\n');
    expect(await exchange.answer).toEqual({ tag: 'err', val: { tag: 'HTTP-response-timeout' } });
  });

  it('lets a body that its guest does not complete fail for its reader', async () => {
    const exchange = new WireExchange(requestWith(), neverAborted);
    exchange.start({ status: 200, headers: [] }).write(encoder.encode('half'));
    exchange.fail(500, 'The guest failed.\n');
    const answer = await exchange.answer;
    if (answer.tag !== 'ok') throw new Error('no response');
    await expect(readAll(answer.val.body)).rejects.toThrow('The guest failed.');
    await expect(answer.val.trailers).rejects.toThrow('The guest failed.');
  });

  it('ends the invocation when the caller stops reading or cancels', async () => {
    const left = new WireExchange(requestWith(), neverAborted);
    const sink = left.start({ status: 200, headers: [] });
    const answer = await left.answer;
    if (answer.tag !== 'ok') throw new Error('no response');
    await answer.val.body[Symbol.asyncIterator]().return?.();
    expect(sink.capacity()).toBeUndefined();
    expect(left.signal.reason).toBeInstanceOf(CallerGoneError);

    const call = new AbortController();
    const canceled = new WireExchange(requestWith(), call.signal);
    call.abort(new Error('canceled'));
    expect(canceled.signal.reason).toBe(call.signal.reason);
  });

  it('goes on when the caller stops reading a body that is complete', async () => {
    const exchange = new WireExchange(requestWith(), neverAborted);
    exchange.start({ status: 200, headers: [] });
    exchange.finish();
    const answer = await exchange.answer;
    if (answer.tag !== 'ok') throw new Error('no response');
    await answer.val.body[Symbol.asyncIterator]().return?.();
    expect(exchange.signal.aborted).toBe(false);
    expect(await answer.val.trailers).toBeUndefined();
  });
});
