import { createClient, type Result } from '@wasmlattice/rpc';
import { type HttpRequest, type HttpResponse, httpIncomingHandler } from '@wasmlattice/rpc/interfaces';
import { createMemoryInvoker, createMemoryServer, MemoryLattice } from '@wasmlattice/rpc/memory';
import { noopLogger } from '@wasmlattice/telemetry';
import { GuestLimits, OverloadedError, PoolClosedError } from '@wasmlattice/wasm-runtime';
import type { ComponentInstance } from '@wasmlattice/wasm-runtime/engines';
import { describe, expect, it } from 'vitest';
import { serveHttpExport } from './http-export.js';

const exportId = 'wasi:http/incoming-handler@0.2.3';

const parts = { logger: noopLogger, limits: new GuestLimits('shop'), report() {} };

type Run = Parameters<typeof serveHttpExport>[0]['run'];

/** Serves component `shop`, whose invocations are left to `run`, and sends it a request. */
async function request(run: Run, overrides: Partial<HttpRequest> = {}): Promise<unknown> {
  const lattice = new MemoryLattice();
  const server = createMemoryServer({ lattice });
  await serveHttpExport({ componentId: 'shop', exportId, server, run });
  const invoker = createMemoryInvoker({ lattice });
  const client = createClient(invoker, {
    target: 'shop',
    interface: httpIncomingHandler,
    headers: { 'source-id': 'http-server', traceparent: '00-1-2-01' },
  });
  return await client.handle({
    body: (async function* () {})(),
    trailers: Promise.resolve(undefined),
    method: { tag: 'get' },
    pathWithQuery: '/',
    scheme: { tag: 'HTTP' },
    authority: 'shop.example',
    headers: [],
    ...overrides,
  });
}

function instance(call: ComponentInstance['call']): ComponentInstance {
  return { call };
}

/** `wasi:http/types` as a guest has it, as far as a test needs it. */
interface GuestRequest {
  consume(): { stream(): { blockingRead(max: bigint): Uint8Array | Promise<Uint8Array> } };
}
interface GuestOutparam {
  readonly constructor: { set(outparam: GuestOutparam, answer: unknown): void };
}

describe('an HTTP handler served to the lattice', () => {
  it('is called once for each request, with the headers of the call', async () => {
    const seen: unknown[] = [];
    const run: Run = (headers, signal, work) => {
      seen.push(headers);
      const guest = instance(async (id, func, params) => {
        seen.push([id, func, params.length]);
      });
      return work(guest, signal, parts);
    };
    await request(run).catch(() => {});
    expect(seen).toEqual([expect.objectContaining({ traceparent: '00-1-2-01' }), [exportId, 'handle', 2]]);
  });

  it('leaves a guest the rest of its request when it has answered, until it returns', async () => {
    const answered = Promise.withResolvers<void>();
    const read = Promise.withResolvers<unknown>();
    const run: Run = (_headers, signal, work) =>
      work(
        instance(async (_id, _func, params) => {
          const [incoming, outparam] = params as [GuestRequest, GuestOutparam];
          outparam.constructor.set(outparam, { tag: 'err', val: { tag: 'HTTP-request-denied' } });
          await answered.promise;
          const bytes = await Promise.resolve(incoming.consume().stream().blockingRead(100n));
          read.resolve(Buffer.from(bytes).toString());
        }),
        signal,
        parts,
      );
    const body = (async function* () {
      await answered.promise;
      yield Buffer.from('late');
    })();
    expect(await request(run, { body })).toMatchObject({ tag: 'err', val: { tag: 'HTTP-request-denied' } });
    answered.resolve();
    expect(await read.promise).toBe('late');
  });

  it('fails a call whose guest does not answer, naming the component', async () => {
    const run: Run = (_headers, signal, work) =>
      work(
        instance(() => Promise.resolve()),
        signal,
        parts,
      );
    await expect(request(run)).rejects.toMatchObject({
      code: 'peer-failed',
      message: expect.stringContaining('Component "shop" did not answer the request.'),
    });
  });

  it('fails a call that gets no instance, with the reason', async () => {
    await expect(request(() => Promise.reject(new PoolClosedError('shop')))).rejects.toMatchObject({
      code: 'peer-failed',
      message: expect.stringContaining('"shop" is being stopped'),
    });
  });

  it('answers 503 with the time to come back when there is no room for the call', async () => {
    const overloaded = new OverloadedError({
      component: 'shop',
      budget: 'suspended-stacks',
      reason: 'too many guests wait',
      retryAfterMs: 2_500,
    });
    const answered = (await request(() => Promise.reject(overloaded))) as Result<HttpResponse, unknown>;
    if (answered.tag !== 'ok') throw new Error('no answer');
    const { status, headers, body } = answered.val;
    expect(status).toBe(503);
    expect(headers).toContainEqual(['retry-after', [new TextEncoder().encode('3')]]);
    expect(Buffer.concat(await Array.fromAsync(body)).toString()).toBe(
      'component "shop" is not invoked now: too many guests wait\n',
    );
  });

  it('refuses a malformed request before it takes an instance', async () => {
    const run: Run = () => {
      throw new Error('no instance is needed');
    };
    await expect(request(run, { authority: undefined })).rejects.toThrow('it has no authority');
  });
});
