import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { func, ok, t } from '../builders.js';
import type { CallContext } from '../serve.js';
import { call } from '../typed.js';
import type { RpcFixture } from './rpc-compliance.js';

const instance = 'acme:test/deadlines@1.0.0';
const target = 'peer';

const ping = func('ping', []);
const upload = func('upload', [['data', t.stream(t.u8)]], t.result(t.u32, t.string));
const relay = func('relay', [['data', t.stream(t.u8)]], t.stream(t.u8));

/** Together more than any window of an implementation. */
const manyChunks = Array.from({ length: 256 }, () => new Uint8Array(64 * 1024));

/** When a call has had its time, and what its error says; part of `rpcCompliance`. Time passes when a test says so. */
export function deadlineCompliance(fixture: RpcFixture): void {
  describe('the time of a call', () => {
    let uploading: Upload;

    beforeEach(async () => {
      uploading = new Upload();
      await fixture.server.serve({ target, instance, func: ping, handler: async () => {} });
      await fixture.server.serve({
        target,
        instance,
        func: upload,
        handler: ([data], context) => uploading.serve(data as AsyncIterable<Uint8Array>, context),
      });
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
      onTestFinished(() => {
        vi.useRealTimers();
      });
    });

    const start = (timeoutMs: number): ReturnType<typeof call> => {
      const result = call(fixture.invoker, {
        target,
        instance,
        func: upload,
        params: [uploading.source()],
        timeoutMs,
      });
      result.catch(() => {});
      return result;
    };

    /** What the peer has sent so far has arrived. */
    const roundTrip = (): Promise<void> =>
      call(fixture.invoker, { target, instance, func: ping, params: [] }) as Promise<void>;

    it('begins anew whenever a stream among its parameters moves', async () => {
      const result = start(1_000);
      for (let i = 0; i < 5; i++) {
        uploading.put(Uint8Array.of(i));
        expect(await uploading.read()).toEqual(Uint8Array.of(i));
        vi.advanceTimersByTime(900);
      }
      uploading.end();
      expect(await uploading.read()).toBeUndefined();
      vi.advanceTimersByTime(900);
      uploading.answer.resolve(ok(5));
      expect(await result).toEqual(ok(5));
    });

    it('begins anew while the peer reads what was sent before', async () => {
      const result = start(2_000);
      for (let i = 0; i < 5; i++) uploading.put(Uint8Array.of(i));
      uploading.end();
      await uploading.drained.promise;
      await roundTrip();
      for (let i = 0; i < 5; i++) {
        vi.advanceTimersByTime(1_500);
        expect(await uploading.read()).toEqual(Uint8Array.of(i));
        await roundTrip();
      }
      expect(await uploading.read()).toBeUndefined();
      vi.advanceTimersByTime(1_500);
      uploading.answer.resolve(ok(5));
      expect(await result).toEqual(ok(5));
    });

    it('is over when the source of a stream stalls, as the error says', async () => {
      const result = start(1_000);
      uploading.put(Uint8Array.of(1));
      await uploading.read();
      vi.advanceTimersByTime(1_001);
      await expect(result).rejects.toMatchObject({
        code: 'timeout',
        message: expect.stringMatching(
          /upload on peer: accepted the call and did not answer within 1000 ms, and the stream of parameter 'data' brought nothing meanwhile/,
        ),
      });
      await uploading.left.promise;
      await uploading.isAborted();
    });

    it('is over when the peer stops reading, as the error says', async () => {
      const result = start(1_000);
      for (const chunk of manyChunks) uploading.put(chunk);
      await uploading.read();
      // Each trip gives the sender a turn, which it does not use once it waits for its reader.
      for (let before = -1; before !== uploading.waiting; ) {
        before = uploading.waiting;
        for (let i = 0; i < 5; i++) await roundTrip();
      }
      vi.advanceTimersByTime(1_001);
      await expect(result).rejects.toMatchObject({
        code: 'timeout',
        message: expect.stringContaining("nor did it read more of the stream of parameter 'data'"),
      });
      await uploading.left.promise;
      await uploading.isAborted();
    });

    it('is over when the peer does not answer once all is sent, as the error says', async () => {
      const result = start(1_000);
      uploading.put(Uint8Array.of(1));
      uploading.end();
      await uploading.read();
      expect(await uploading.read()).toBeUndefined();
      await roundTrip();
      vi.advanceTimersByTime(1_001);
      await expect(result).rejects.toMatchObject({
        code: 'timeout',
        message: expect.stringContaining('within 1000 ms after the streams of its parameters had ended'),
      });
      await uploading.isAborted();
    });

    it('does not matter to streams in both directions once the result is there', async () => {
      await fixture.server.serve({ target, instance, func: relay, handler: async ([data]) => data });
      const answer = await call(fixture.invoker, {
        target,
        instance,
        func: relay,
        params: [uploading.source()],
        timeoutMs: 1_000,
      });
      const reading = answer[Symbol.asyncIterator]();
      for (let i = 0; i < 3; i++) {
        vi.advanceTimersByTime(5_000);
        uploading.put(Uint8Array.of(i));
        expect((await reading.next()).value).toEqual(Uint8Array.of(i));
      }
      uploading.end();
      expect((await reading.next()).done).toBe(true);
    });
  });
}

/** A call whose stream is written, and read, when the test says so. */
class Upload {
  /** What the handler answers. */
  readonly answer: PromiseWithResolvers<unknown> = Promise.withResolvers();
  /** The sender wanted more of the source than it has, or its end. */
  readonly drained: PromiseWithResolvers<void> = Promise.withResolvers();
  /** The sender left the source before its end. */
  readonly left: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #chunks: (Uint8Array | undefined)[] = [];
  readonly #served: PromiseWithResolvers<AsyncIterator<Uint8Array>> = Promise.withResolvers();
  readonly #context: PromiseWithResolvers<CallContext> = Promise.withResolvers();
  #wake: () => void = () => {};

  /** Chunks that the sender has not taken. */
  get waiting(): number {
    return this.#chunks.length;
  }

  put(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#wake();
  }

  end(): void {
    this.#chunks.push(undefined);
    this.#wake();
  }

  source(): AsyncIterable<Uint8Array> {
    const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
      while (this.#chunks.length === 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      const value = this.#chunks.shift();
      if (value !== undefined) return { done: false, value };
      this.drained.resolve();
      return { done: true, value: undefined };
    };
    const leave = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
      this.left.resolve();
      return { done: true, value: undefined };
    };
    return { [Symbol.asyncIterator]: () => ({ next, return: leave }) };
  }

  serve(data: AsyncIterable<Uint8Array>, context: CallContext): Promise<unknown> {
    this.#served.resolve(data[Symbol.asyncIterator]());
    this.#context.resolve(context);
    return this.answer.promise;
  }

  /** One chunk at the handler, `undefined` at the end. */
  async read(): Promise<Uint8Array | undefined> {
    const { value } = await (await this.#served.promise).next();
    return value as Uint8Array | undefined;
  }

  /** Resolves when the handler is told that nobody waits. */
  async isAborted(): Promise<void> {
    const { signal } = await this.#context.promise;
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  }
}
