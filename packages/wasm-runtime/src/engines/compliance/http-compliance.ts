import { noopLogger } from '@wasmlattice/telemetry';
import { http03Guest, http03GuestExport } from '@wasmlattice/test-support';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeComponent } from '../../formats/component/index.js';
import type { HandlerOutcome } from '../../host-functions/wasi/http/guest-answer.js';
import { invokeIncomingHandler } from '../../host-functions/wasi/http/incoming-handler.js';
import { MemoryExchange } from '../../host-functions/wasi/http/memory-exchange.js';
import { hostInterfaces } from '../../host-functions/wasi/index.js';
import { linkImports } from '../../linker/linker.js';
import { InstancePool } from '../../pool/instance-pool.js';
import { buildGuest } from '../../testing/build-guest.js';
import { testContext } from '../../testing/context.js';
import { buildHttpGuest, httpGuestExport } from '../../testing/http-guest.js';
import type { Engine } from '../engine.js';
import { WatchedSource } from './watched-source.js';

const component = 'http-guest';

export interface HttpComplianceOptions {
  /** Whether the engine runs guests of WASI 0.3; default false. */
  readonly runs03?: boolean;
}

/** HTTP requests, as the host serves them: a pool, a request, its body, the answer. */
export function httpCompliance(engine: Engine, { runs03 = false }: HttpComplianceOptions = {}): void {
  const guests = [
    { version: '0.2', build: buildHttpGuest, exportId: httpGuestExport },
    ...(runs03
      ? [{ version: '0.3', build: () => buildGuest(http03Guest), exportId: http03GuestExport }]
      : []),
  ];
  describe.each(guests)('an HTTP guest of WASI $version', ({ build, exportId }) => {
    let pool: InstancePool;
    beforeAll(async () => {
      const bytes = await build();
      const linkage = linkImports(decodeComponent(bytes), { component, interfaces: hostInterfaces });
      const compiled = await engine.compile(bytes, { component, suspends: linkage.suspends });
      pool = new InstancePool({ component, compiled, linkage, maxInstances: 2 });
      return () => pool.close();
    });

    const handle = (exchange: MemoryExchange, abort?: AbortSignal): Promise<HandlerOutcome> =>
      pool.run(
        testContext(),
        (instance, signal) =>
          invokeIncomingHandler({
            instance,
            exportId,
            exchange,
            component,
            signal,
            logger: noopLogger,
          }),
        abort && { signal: abort },
      );

    it('answers with what it was asked', async () => {
      const exchange = new MemoryExchange({ pathWithQuery: '/some/path?q=1' });
      expect(await handle(exchange)).toEqual({ kind: 'answered', status: 200 });
      expect(exchange.head).toMatchObject({ status: 200, headers: ['x-path', '/some/path?q=1'] });
      expect(exchange.finished).toBeDefined();
    });

    it('sends a body back while it is still coming', async () => {
      const body = new WatchedSource();
      const exchange = new MemoryExchange({ method: 'POST', body });
      const handling = handle(exchange);
      body.push(Buffer.from('first'));
      await arrived(exchange, 'first');
      body.push(Buffer.from('second'));
      await arrived(exchange, 'second');
      body.end();
      expect(await handling).toEqual({ kind: 'answered', status: 200 });
    });

    it('answers the same to every request, one after the other and at once', async () => {
      for (let round = 0; round < 10; round++) {
        const exchanges = Array.from(
          { length: 4 },
          (_, i) => new MemoryExchange({ pathWithQuery: `/${round}/${i}` }),
        );
        await Promise.all(exchanges.map((exchange) => handle(exchange)));
        for (const [i, { head }] of exchanges.entries()) {
          expect(head).toMatchObject({ status: 200, headers: ['x-path', `/${round}/${i}`] });
        }
      }
    });

    it('is ended while it waits for a body', async () => {
      const body = new WatchedSource();
      const exchange = new MemoryExchange({ method: 'POST', body });
      const controller = new AbortController();
      const handling = handle(exchange, controller.signal);
      body.push(Buffer.from('first'));
      await body.isAwaited;
      controller.abort(new Error('stopped'));
      expect(await handling).toMatchObject({ kind: 'trapped', status: 503 });
      const next = new MemoryExchange();
      expect(await handle(next)).toEqual({ kind: 'answered', status: 200 });
    });
  });
}

async function arrived({ sink }: MemoryExchange, text: string): Promise<void> {
  let come = '';
  const more = (): number => {
    come += sink.text();
    return come.length;
  };
  await expect.poll(more).toBeGreaterThanOrEqual(text.length);
  expect(come).toBe(text);
}
