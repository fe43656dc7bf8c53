import { type CallHandler, type Invocation, RpcError, type Server, type WitFunction } from '@wasmlattice/rpc';
import { createTelemetryRelay, noopLogger, type TelemetryBatch } from '@wasmlattice/telemetry';
import { describe, expect, it } from 'vitest';
import { createSameHostCalls, type SameHostCallsOptions } from './same-host-calls.js';
import { ThreadExports } from './thread-exports.js';

const instance = 'test:ops/shapes@1.0.0';
const double: WitFunction = {
  name: 'double',
  params: [{ name: 'n', type: { kind: 'u32' } }],
  result: { kind: 'u32' },
};
const call: Invocation = { target: 'ops', instance, func: double, params: [2] };
const countUp: WitFunction = {
  name: 'count-up',
  params: [],
  result: { kind: 'stream', element: { kind: 'u8' } },
};

/** A server whose lattice nobody calls. */
const quietServer: Server = {
  serve: async () => ({ close: async () => {} }),
  close: async () => {},
};

/** An invoker whose lattice answers 'lattice', in a thread where component `ops` serves `func` with this handler. */
async function setUp(
  handler: CallHandler,
  options: Partial<SameHostCallsOptions> & { func?: WitFunction; hasFreePermit?: () => boolean } = {},
) {
  const { func = double, hasFreePermit = () => true, ...rest } = options;
  const exports = new ThreadExports();
  const serve = (answering: CallHandler) =>
    exports
      .serverOf({ hasFreePermit, logger: noopLogger }, quietServer)
      .serve({ target: 'ops', instance, func, handler: answering });
  const served = await serve(handler);
  const invoker = createSameHostCalls({ exports, lattice: { invoke: async () => 'lattice' }, ...rest });
  return { invoker, served, serve };
}

const doubling: CallHandler = async ([n]) => Number(n) * 2;

describe('a call of a component of the same thread', () => {
  it('is served here until the component is stopped', async () => {
    const { invoker, served } = await setUp(doubling);
    expect(await Promise.all([invoker.invoke(call), invoker.invoke(call)])).toEqual([4, 4]);
    await served.close();
    expect(await invoker.invoke(call)).toBe('lattice');
  });

  it('is answered by the generation that came last', async () => {
    const { invoker, served, serve } = await setUp(doubling);
    await serve(async () => 'new');
    expect(await invoker.invoke(call)).toBe('new');
    await served.close();
    expect(await invoker.invoke(call)).toBe('new');
  });

  it('hands on headers', async () => {
    const { invoker } = await setUp(async (_params, { headers }) => headers['source-id']);
    expect(await invoker.invoke({ ...call, headers: { 'source-id': 'caller' } })).toBe('caller');
  });

  it.each<[string, Partial<Invocation>]>([
    ['of another component', { target: 'other' }],
    ['of other types', { func: { ...double, result: { kind: 'u64' } } }],
    ['of another name', { func: { ...double, name: 'triple' } }],
    ['of another version', { instance: 'test:ops/shapes@1.0.1' }],
  ])('goes over the lattice for a function %s', async (_what, changes) => {
    const { invoker } = await setUp(doubling);
    expect(await invoker.invoke({ ...call, ...changes })).toBe('lattice');
  });

  it('stays here when it passes a stream', async () => {
    const { invoker } = await setUp(
      async () =>
        (async function* () {
          yield new Uint8Array([1, 2]);
          yield new Uint8Array([3]);
        })(),
      { func: countUp },
    );
    const stream = (await invoker.invoke({
      ...call,
      func: countUp,
      params: [],
    })) as AsyncIterable<Uint8Array>;
    const bytes: number[] = [];
    for await (const chunk of stream) bytes.push(...chunk);
    expect(bytes).toEqual([1, 2, 3]);
  });

  it('goes over the lattice when no permit is free', async () => {
    const { invoker } = await setUp(doubling, { hasFreePermit: () => false });
    expect(await invoker.invoke(call)).toBe('lattice');
  });

  it('goes over the lattice when components that call each other are nested too deep', async () => {
    const depths: unknown[] = [];
    const { invoker } = await setUp(
      async ([n]) => {
        depths.push(n);
        return await invoker.invoke({ ...call, params: [Number(n) + 1] });
      },
      { maxInFlight: 3 },
    );
    expect(await invoker.invoke(call)).toBe('lattice');
    expect(depths).toEqual([2, 3, 4]);
  });

  it('fails as it would over the lattice: with the text of the handler, and the names of the call', async () => {
    const { invoker } = await setUp(async () => {
      throw new Error('no such shape');
    });
    const failure = invoker.invoke({ ...call, headers: { 'link-name': 'second' } });
    await expect(failure).rejects.toBeInstanceOf(RpcError);
    await expect(failure).rejects.toMatchObject({
      code: 'peer-failed',
      message: expect.stringMatching(/ops.*shapes.*double.*second.*the peer failed: no such shape/s),
    });
  });

  it('ends at its deadline, and with its caller, for the handler too', async () => {
    const reasons: unknown[] = [];
    const { invoker } = await setUp(
      (_params, { signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reasons.push(signal.reason);
            reject(signal.reason);
          });
        }),
      { timeoutMs: 10 },
    );
    await expect(invoker.invoke(call)).rejects.toMatchObject({ code: 'timeout' });
    const left = new Error('left');
    const leaving = new AbortController();
    const pending = invoker.invoke({ ...call, timeoutMs: 60_000, signal: leaving.signal });
    leaving.abort(left);
    await expect(pending).rejects.toBe(left);
    expect(reasons).toEqual([expect.objectContaining({ code: 'timeout' }), left]);
    const early = invoker.invoke({ ...call, signal: AbortSignal.abort(left) });
    await expect(early).rejects.toBe(left);
  });

  it('is counted by the path it took and how it ended', async () => {
    const batches: TelemetryBatch[] = [];
    const telemetry = createTelemetryRelay({
      traceLevel: undefined,
      metrics: true,
      logs: false,
      post: (batch) => void batches.push(batch),
    });
    const { invoker } = await setUp(doubling, { meter: telemetry.meter });
    await invoker.invoke(call);
    await invoker.invoke({ ...call, target: 'other' });
    telemetry.close();
    expect(batches.flatMap(({ measurements }) => measurements.map(({ attributes }) => attributes))).toEqual([
      { path: 'local', reason: undefined, outcome: 'ok' },
      { path: 'lattice', reason: 'not on this host', outcome: 'ok' },
    ]);
  });
});
