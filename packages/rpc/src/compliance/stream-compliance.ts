import { describe, expect, it } from 'vitest';
import { err, func, ok, t } from '../builders.js';
import type { Invoker } from '../invoke.js';
import { RpcError } from '../rpc-error.js';
import type { CallHandler, ServedHandle, Server } from '../serve.js';
import { call } from '../typed.js';
import type { WitFunction } from '../types.js';
import { WholeFuture } from '../whole-future.js';

interface StreamFixture {
  readonly invoker: Invoker;
  readonly server: Server;
}

const instance = 'acme:test/streams@1.0.0';
const target = 'peer';

async function* chunksOf<T>(...chunks: T[]): AsyncGenerator<T> {
  yield* chunks;
}

async function collect<T>(chunks: AsyncIterable<Iterable<T>>): Promise<T[]> {
  const all: T[] = [];
  for await (const chunk of chunks) all.push(...chunk);
  return all;
}

/** Streams and futures, in both directions; part of `rpcCompliance`. */
export function streamCompliance(fixture: StreamFixture): void {
  const serve = (served: WitFunction, handler: CallHandler): Promise<ServedHandle> =>
    fixture.server.serve({ target, instance, func: served, handler });

  describe('streams and futures', () => {
    it('go to the handler and come back', async () => {
      const request = t.record({
        body: t.stream(t.u8),
        trailers: t.future(t.option(t.string)),
        path: t.string,
      });
      const mirror = func('mirror', [['request', request]], t.result(request, t.string));
      await serve(mirror, async ([received]) => ok(received));
      const answer = await call(fixture.invoker, {
        target,
        instance,
        func: mirror,
        params: [
          {
            body: chunksOf(Uint8Array.of(1, 2), new Uint8Array(), Uint8Array.of(3)),
            trailers: Promise.resolve('end'),
            path: '/',
          },
        ],
      });
      if (answer.tag === 'err') throw new Error(answer.val);
      expect(answer.val.path).toBe('/');
      expect(await collect(answer.val.body)).toEqual([1, 2, 3]);
      expect(await answer.val.trailers).toBe('end');
    });

    it('may be absent', async () => {
      const find = func('find', [['key', t.option(t.stream(t.u8))]], t.result(t.stream(t.u8), t.string));
      await serve(find, async ([key]) => (key === undefined ? err('none') : ok(key)));
      expect(await call(fixture.invoker, { target, instance, func: find, params: [undefined] })).toEqual(
        err('none'),
      );
    });

    it('carry elements of any type', async () => {
      const names = func('names', [], t.stream(t.string));
      await serve(names, async () => chunksOf(['a', 'bc'], [], ['']));
      const stream = await call(fixture.invoker, { target, instance, func: names, params: [] });
      expect(await collect(stream)).toEqual(['a', 'bc', '']);
    });

    it('may be empty', async () => {
      const empty = func('empty', [], t.tuple(t.stream(t.u8), t.future(), t.stream()));
      await serve(empty, async () => [chunksOf(), Promise.resolve(), chunksOf([undefined, undefined])]);
      const [bytes, done, units] = await call(fixture.invoker, { target, instance, func: empty, params: [] });
      expect(await collect(bytes)).toEqual([]);
      expect(await done).toBeUndefined();
      expect(await collect(units)).toHaveLength(2);
    });

    it('may be all of a result, although JavaScript resolves promises of promises', async () => {
      const later = func('later', [['a', t.future(t.u32)]], t.future(t.u32));
      await serve(later, async ([a]) => a);
      const params: [Promise<number>] = [Promise.resolve(300)];
      expect(await call(fixture.invoker, { target, instance, func: later, params })).toBe(300);
      const deep = func('deep', [], t.future(t.future(t.stream(t.string))));
      await serve(deep, async () => Promise.resolve(chunksOf(['a'], ['b'])));
      const letters = await call(fixture.invoker, { target, instance, func: deep, params: [] });
      expect(await collect(letters)).toEqual(['a', 'b']);
    });

    it('nest: futures of streams, streams of futures and streams, lists of streams', async () => {
      const nested = func(
        'nested',
        [],
        t.tuple(
          t.future(t.option(t.stream(t.string))),
          t.stream(t.tuple(t.u8, t.future(t.bool))),
          t.stream(t.stream(t.u8)),
          t.list(t.stream(t.u8)),
          t.stream(t.future(t.string)),
          t.future(t.result(t.tuple(t.future(t.u32), t.stream(t.u16)), t.string)),
        ),
      );
      await serve(nested, async () => [
        Promise.resolve(chunksOf(['a'], ['b'])),
        chunksOf(
          [
            [5, Promise.resolve(true)],
            [6, Promise.resolve(false)],
          ],
          [[7, Promise.resolve(true)]],
        ),
        chunksOf([chunksOf(Uint8Array.of(1)), chunksOf(Uint8Array.of(2, 3))]),
        [chunksOf(Uint8Array.of(4)), chunksOf()],
        chunksOf([Promise.resolve('x'), Promise.resolve('y')]),
        Promise.resolve(ok([Promise.resolve(300), chunksOf([1, 2])])),
      ]);
      const [inFuture, pairs, streams, list, futures, deep] = await call(fixture.invoker, {
        target,
        instance,
        func: nested,
        params: [],
      });
      const letters = await inFuture;
      expect(letters && (await collect(letters))).toEqual(['a', 'b']);
      const flags = [];
      for (const [number, flag] of await collect(pairs)) flags.push([number, await flag]);
      expect(flags).toEqual([
        [5, true],
        [6, false],
        [7, true],
      ]);
      expect(await Promise.all((await collect(streams)).map((inner) => collect(inner)))).toEqual([
        [1],
        [2, 3],
      ]);
      expect(await Promise.all(list.map((inner) => collect(inner)))).toEqual([[4], []]);
      expect(await Promise.all(await collect(futures))).toEqual(['x', 'y']);
      const last = await deep;
      if (last.tag === 'err') throw new Error(last.val);
      expect(await last.val[0]).toBe(300);
      expect(await collect(last.val[1])).toEqual([1, 2]);
    });

    it('can answer while the parameters still stream', async () => {
      const upper = func('upper', [['text', t.stream(t.string)]], t.stream(t.string));
      await serve(upper, async ([text]) => {
        const chunks = text as AsyncIterable<string[]>;
        return (async function* () {
          for await (const chunk of chunks) yield chunk.map((part) => part.toUpperCase());
        })();
      });
      const gate = Promise.withResolvers<void>();
      const text = (async function* () {
        yield ['first'];
        await gate.promise;
        yield ['second'];
      })();
      const answer = await call(fixture.invoker, { target, instance, func: upper, params: [text] });
      const iterator = answer[Symbol.asyncIterator]();
      expect((await iterator.next()).value).toEqual(['FIRST']);
      gate.resolve();
      expect((await iterator.next()).value).toEqual(['SECOND']);
      expect((await iterator.next()).done).toBe(true);
    });

    it('carry many times the window without keeping it', async () => {
      const count = func('count', [['bytes', t.stream(t.u8)]], t.tuple(t.u32, t.stream(t.u8)));
      await serve(count, async ([bytes]) => {
        let size = 0;
        for await (const chunk of bytes as AsyncIterable<Uint8Array>) size += chunk.length;
        return [size, repeat(new Uint8Array(65_536), 160)];
      });
      const [size, back] = await call(fixture.invoker, {
        target,
        instance,
        func: count,
        params: [repeat(new Uint8Array(65_536), 160)],
        timeoutMs: 60_000,
      });
      expect(size).toBe(10_485_760);
      let received = 0;
      for await (const chunk of back) received += chunk.length;
      expect(received).toBe(10_485_760);
    });

    it('make the sender wait for a slow reader', async () => {
      let produced = 0;
      const endless = func('endless', [], t.stream(t.u8));
      const stopped = Promise.withResolvers<void>();
      await serve(endless, async () =>
        (async function* () {
          try {
            for (;;) {
              produced += 65_536;
              yield new Uint8Array(65_536);
            }
          } finally {
            stopped.resolve();
          }
        })(),
      );
      const stream = await call(fixture.invoker, { target, instance, func: endless, params: [] });
      const iterator = stream[Symbol.asyncIterator]();
      // Each read lets the sender go on by no more than what was read.
      let read = 0;
      for (let i = 0; i < 200; i++) {
        read += ((await iterator.next()).value as Uint8Array).length;
        expect(produced - read).toBeLessThan(16 * 1024 * 1024);
      }
      await iterator.return?.();
      await stopped.promise;
    });

    it.each([
      ['leaves', true],
      ['never comes', false],
    ])('stop when their reader %s', async (_, reads) => {
      const stopped = Promise.withResolvers<void>();
      const feed = func('feed', [['lines', t.stream(t.string)]], t.string);
      await serve(feed, async ([lines]) => {
        if (!reads) return 'nothing';
        for await (const [line] of lines as AsyncIterable<string[]>) return line;
        return 'no line';
      });
      const lines = (async function* () {
        try {
          for (;;) {
            yield ['x'.repeat(65_536)];
            await new Promise(setImmediate);
          }
        } finally {
          stopped.resolve();
        }
      })();
      const answer = await call(fixture.invoker, { target, instance, func: feed, params: [lines] });
      expect(answer[0]).toBe(reads ? 'x' : 'n');
      await stopped.promise;
    });

    it('stop at once when their reader leaves while it waits', async () => {
      const stopped = Promise.withResolvers<void>();
      const silent = func('silent', [], t.stream(t.u8));
      await serve(silent, async () => ({
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise<never>(() => {}),
          return: async () => {
            stopped.resolve();
            return { done: true, value: undefined } as const;
          },
        }),
      }));
      const stream = await call(fixture.invoker, { target, instance, func: silent, params: [] });
      const iterator = stream[Symbol.asyncIterator]();
      const waiting = iterator.next();
      expect((await iterator.return?.())?.done).toBe(true);
      expect((await waiting).done).toBe(true);
      await stopped.promise;
    });

    it('stop when their reader leaves before the first chunk', async () => {
      const stopped = Promise.withResolvers<void>();
      const endless = func('endless', [], t.stream(t.u8));
      await serve(endless, async () =>
        (async function* () {
          try {
            for (;;) yield new Uint8Array(65_536);
          } finally {
            stopped.resolve();
          }
        })(),
      );
      const stream = await call(fixture.invoker, { target, instance, func: endless, params: [] });
      const iterator = stream[Symbol.asyncIterator]();
      expect((await iterator.return?.())?.done).toBe(true);
      expect((await iterator.next()).done).toBe(true);
      await stopped.promise;
    });

    it('among the parameters may be read after the answer while the handler asks for it', async () => {
      const feed = func('feed', [['lines', t.stream(t.string)]], t.string);
      const gate = Promise.withResolvers<void>();
      const read = Promise.withResolvers<string[]>();
      await serve(feed, async ([lines], context) => {
        const reading = (async () => {
          await gate.promise;
          return await collect(lines as AsyncIterable<string[]>);
        })();
        read.resolve(reading);
        context.waitUntil(reading);
        return 'taken';
      });
      const lines = (async function* () {
        yield ['a'];
        await gate.promise;
        yield ['b'];
      })();
      expect(await call(fixture.invoker, { target, instance, func: feed, params: [lines] })).toBe('taken');
      gate.resolve();
      expect(await read.promise).toEqual(['a', 'b']);
    });

    it('that are all of a result are there before they are ready, for callers that want it', async () => {
      const gate = Promise.withResolvers<number>();
      const later = func('later', [], t.future(t.u32));
      await serve(later, async () => new WholeFuture(gate.promise));
      const address = { target, instance, func: later, params: [] };
      const whole = (await fixture.invoker.invoke({ ...address, wholeFuture: true })) as WholeFuture;
      gate.resolve(7);
      expect(await whole.value).toBe(7);
      expect(await fixture.invoker.invoke(address)).toBe(7);
    });

    it('that begin after the stream they came in has ended are read all the same', async () => {
      const gate = Promise.withResolvers<void>();
      const late = func('late', [], t.stream(t.stream(t.u8)));
      const ping = func('ping', []);
      await serve(ping, async () => {});
      await serve(late, async () =>
        chunksOf([
          (async function* () {
            await gate.promise;
            yield Uint8Array.of(1);
          })(),
        ]),
      );
      const outer = await call(fixture.invoker, { target, instance, func: late, params: [] });
      // Comes behind the end of the outer stream.
      await call(fixture.invoker, { target, instance, func: ping, params: [] });
      gate.resolve();
      await call(fixture.invoker, { target, instance, func: ping, params: [] });
      const [inner] = await collect(outer);
      expect(inner && (await collect(inner))).toEqual([1]);
    });

    it('fail at the reader when their source fails', async () => {
      const broken = func('broken', [], t.tuple(t.stream(t.u8), t.future(t.u8)));
      await serve(broken, async () => [
        (async function* () {
          yield Uint8Array.of(1);
          throw new Error('disk gone');
        })(),
        Promise.reject(new Error('no trailers')),
      ]);
      const [stream, future] = await call(fixture.invoker, { target, instance, func: broken, params: [] });
      const failures = await Promise.allSettled([collect(stream), future]);
      for (const [i, text] of ['disk gone', 'no trailers'].entries()) {
        const failure = failures[i];
        if (failure?.status !== 'rejected') throw new Error('the failure got lost');
        expect(failure.reason).toBeInstanceOf(RpcError);
        expect(failure.reason).toMatchObject({ code: 'peer-failed', target, instance, func: 'broken' });
        expect(failure.reason.message).toContain(text);
      }
    });

    it('fail the call when a stream among the parameters fails', async () => {
      const sink = func('sink', [['bytes', t.stream(t.u8)]], t.u32);
      await serve(sink, async ([bytes]) => (await collect(bytes as AsyncIterable<Uint8Array>)).length);
      const bytes = (async function* (): AsyncGenerator<Uint8Array> {
        yield Uint8Array.of(1);
        throw new Error('unreadable');
      })();
      const result = call(fixture.invoker, { target, instance, func: sink, params: [bytes] });
      await expect(result).rejects.toMatchObject({ name: 'RpcError' });
    });

    it('are refused for values that are none', async () => {
      const sink = func('sink', [['bytes', t.stream(t.u8)]]);
      await serve(sink, async () => {});
      const invocation = { target, instance, func: sink, params: ['text'] };
      await expect(fixture.invoker.invoke(invocation)).rejects.toMatchObject({ code: 'invalid-params' });
    });
  });
}

async function* repeat<T>(chunk: T, times: number): AsyncGenerator<T> {
  for (let i = 0; i < times; i++) yield chunk;
}
