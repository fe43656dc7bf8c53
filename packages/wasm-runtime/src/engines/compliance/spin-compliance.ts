import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { FutureTrailers } from '../../host-functions/wasi/http/incoming-body.js';
import { FutureIncomingResponse } from '../../host-functions/wasi/http/incoming-response.js';
import { hostInterfaces } from '../../host-functions/wasi/index.js';
import { InputStream, MemorySink, MemorySource, OutputStream } from '../../host-functions/wasi/io/index.js';
import { buildSpinningGuest, spinsInterface } from '../../testing/spinning-guest.js';
import type { Engine } from '../engine.js';
import { type CompiledGuest, compileLinked } from './engine-fixture.js';

/** How often the event loop turns before what a guest asks for is there. */
const turns = 20;

/** Guests that ask in a loop and never wait: their thread goes on, and what they ask for comes. */
export function spinCompliance(engine: Engine): void {
  describe('a guest that asks in a loop', () => {
    let compiled: CompiledGuest;
    beforeAll(async () => {
      compiled = await compileLinked(engine, await buildSpinningGuest(), hostInterfaces);
    });

    /** What the guest returns when `happen` is called after a while. The event loop does not turn unless the guest lets it. */
    async function spin(func: string, params: readonly unknown[], happen: () => void): Promise<unknown> {
      const instance = await compiled.start();
      const spinning = instance.call(spinsInterface, func, params);
      for (let i = 0; i < turns; i++) await nextTurn();
      happen();
      return spinning;
    }

    it.each(['on-ready', 'on-ready-of-new-pollables', 'on-read', 'on-skip', 'on-poll'])(
      'gets bytes that come later: %s',
      async (func) => {
        const source = new MemorySource();
        const stream = new InputStream(source);
        expect(await spin(func, [stream], () => source.push(Buffer.from('late')))).toBe(4);
      },
    );

    it('splices bytes that come later', async () => {
      const source = new MemorySource();
      const sink = new MemorySink();
      const streams = [new InputStream(source), new OutputStream(sink)];
      expect(await spin('on-splice', streams, () => source.push(Buffer.from('late')))).toBe(4);
      expect(sink.text()).toBe('late');
    });

    it('sees an instant pass', async () => {
      expect(await spin('on-timer', [5_000_000n], () => {})).toBe(0);
    });

    it('gets room in a stream that was full', async () => {
      const sink = new MemorySink(4);
      sink.write(Buffer.from('full'));
      expect(await spin('on-check-write', [new OutputStream(sink)], () => sink.take())).toBe(4);
    });

    it.each(['on-empty-writes', 'on-flush'])('learns that its stream was closed: %s', async (func) => {
      const sink = new MemorySink(4);
      expect(await spin(func, [new OutputStream(sink)], () => sink.close())).toBe(0);
    });

    it('gets the response of a request', async () => {
      const response = Promise.withResolvers<never>();
      const future = new FutureIncomingResponse(response.promise);
      expect(await spin('on-response', [future], () => response.reject(new Error('no route')))).toBe(0);
    });

    it('gets trailers', async () => {
      const trailers = Promise.withResolvers<undefined>();
      const future = new FutureTrailers(trailers.promise);
      expect(await spin('on-trailers', [future], () => trailers.resolve(undefined))).toBe(0);
    });

    it('is ended by its signal', async () => {
      const controller = new AbortController();
      const instance = await compiled.start({ signal: controller.signal });
      const spinning = instance.call(spinsInterface, 'on-read', [new InputStream(new MemorySource())]);
      spinning.catch(() => {});
      await nextTurn();
      controller.abort(new Error('the deadline passed'));
      await expect(spinning).rejects.toMatchObject({ kind: 'aborted' });
    });
  });
}
