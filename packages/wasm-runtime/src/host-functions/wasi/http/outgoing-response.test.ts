import { describe, expect, it } from 'vitest';
import { ExecutionTimeError } from '../../../pool/invocation.js';
import { GuestMisuseError, type IoError, type OutputStream } from '../io/index.js';
import { Fields } from './fields.js';
import { httpErrorCode } from './interfaces.js';
import { MemoryExchange } from './memory-exchange.js';
import { OutgoingBody } from './outgoing-body.js';
import { OutgoingResponse } from './outgoing-response.js';
import { ResponseOutparam } from './response-outparam.js';
import { bytes, complete, type Guest, payload, respond, run } from './testing/called-guest.js';

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
