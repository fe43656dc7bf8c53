import { type CallHandler, type Invocation, RpcError, type WitFunction } from '@wasmlattice/rpc';
import { createHandOver, noopLogger, type TelemetryBatch } from '@wasmlattice/telemetry';
import { createPermitBudget, createPermitTally, TooManyWaitingError } from '@wasmlattice/wasm-runtime';
import { describe, expect, it } from 'vitest';
import type { CoLocatedComponent } from '../thread/messages.js';
import { createLocalInvoker, type LocalCallee, type LocalInvokerOptions } from './local-invoker.js';
import { createLocalServer } from './local-server.js';

const instance = 'test:ops/shapes@1.0.0';
const double: WitFunction = {
  name: 'double',
  params: [{ name: 'n', type: { kind: 'u32' } }],
  result: { kind: 'u32' },
};
const call: Invocation = { target: 'ops', instance, func: double, params: [2] };

function component(changes: Partial<CoLocatedComponent> = {}): CoLocatedComponent {
  return {
    componentId: 'ops',
    imageRef: 'file:///ops.wasm',
    bytes: new Uint8Array(new SharedArrayBuffer(4)),
    maxInstances: 1,
    maxExecutionTimeMs: 1_000,
    maxMemoryBytes: 65_536,
    maxCoreInstances: 30,
    links: [],
    config: [],
    clock: new SharedArrayBuffer(8),
    generation: 1,
    permits: { budget: createPermitBudget(1), held: createPermitTally() },
    ...changes,
  };
}

/** An invoker whose lattice answers 'lattice', and whose components have one function with this handler. */
function setUp(handler: CallHandler, options: Partial<LocalInvokerOptions> = {}) {
  const started: CoLocatedComponent[] = [];
  const log: string[] = [];
  const invoker = createLocalInvoker({
    lattice: { invoke: async () => 'lattice' },
    logger: noopLogger,
    async start(given): Promise<LocalCallee> {
      started.push(given);
      const server = createLocalServer();
      await server.serve({ target: given.componentId, instance, func: double, handler });
      return {
        server,
        logger: noopLogger,
        update: ({ maxInstances }) => void log.push(`update ${maxInstances}`),
        async close() {
          log.push(`close ${given.generation}`);
        },
      };
    },
    ...options,
  });
  return { invoker, started, log };
}

const doubling: CallHandler = async ([n]) => Number(n) * 2;

describe('a call of a component on this host', () => {
  it('is served here, by code that is loaded at the first call', async () => {
    const { invoker, started } = setUp(doubling);
    expect(await invoker.invoke(call)).toBe('lattice');
    invoker.setCallees([component()]);
    expect(started).toEqual([]);
    expect(await Promise.all([invoker.invoke(call), invoker.invoke(call)])).toEqual([4, 4]);
    expect(started).toHaveLength(1);
    expect(invoker.counts).toEqual({ local: 2, lattice: 1, noPermit: 0 });
  });

  it('hands on headers', async () => {
    const { invoker } = setUp(async (_params, { headers }) => headers['source-id']);
    invoker.setCallees([component()]);
    expect(await invoker.invoke({ ...call, headers: { 'source-id': 'caller' } })).toBe('caller');
  });

  it.each<[string, Partial<Invocation>]>([
    ['of other types', { func: { ...double, result: { kind: 'u64' } } }],
    ['of another name', { func: { ...double, name: 'triple' } }],
    ['of another version', { instance: 'test:ops/shapes@1.0.1' }],
  ])('goes over the lattice for a function %s', async (_what, changes) => {
    const { invoker } = setUp(doubling);
    invoker.setCallees([component()]);
    expect(await invoker.invoke({ ...call, ...changes })).toBe('lattice');
  });

  it('goes over the lattice when it passes a stream, without loading the code', async () => {
    const { invoker, started } = setUp(doubling);
    invoker.setCallees([component()]);
    const streaming: WitFunction = { ...double, result: { kind: 'stream', element: { kind: 'u8' } } };
    expect(await invoker.invoke({ ...call, func: streaming })).toBe('lattice');
    expect(started).toEqual([]);
  });

  it('goes over the lattice when no permit is free', async () => {
    const { invoker } = setUp(async () => {
      throw new TooManyWaitingError(1, 0);
    });
    invoker.setCallees([component()]);
    expect(await invoker.invoke(call)).toBe('lattice');
    expect(invoker.counts).toEqual({ local: 0, lattice: 1, noPermit: 1 });
  });

  it('goes over the lattice when the code can not be loaded', async () => {
    const { invoker } = setUp(doubling, { start: () => Promise.reject(new Error('no memory')) });
    invoker.setCallees([component()]);
    expect(await invoker.invoke(call)).toBe('lattice');
    expect(await invoker.invoke(call)).toBe('lattice');
  });

  it('goes over the lattice when components that call each other are nested too deep', async () => {
    const depths: unknown[] = [];
    const { invoker } = setUp(
      async ([n]) => {
        depths.push(n);
        return await invoker.invoke({ ...call, params: [Number(n) + 1] });
      },
      { maxInFlight: 3 },
    );
    invoker.setCallees([component()]);
    expect(await invoker.invoke({ ...call, params: [1] })).toBe('lattice');
    expect(depths).toEqual([1, 2, 3]);
  });

  it('fails as the peer’s failure, with the names of the call', async () => {
    const { invoker } = setUp(async () => {
      throw new Error('unreachable');
    });
    invoker.setCallees([component()]);
    const failed = invoker.invoke(call);
    await expect(failed).rejects.toThrow(RpcError);
    await expect(failed).rejects.toMatchObject({
      code: 'peer-failed',
      message: `${instance}.double on ops: the peer failed: unreachable`,
    });
    expect(invoker.counts.local).toBe(1);
  });

  it('ends with its deadline and with the signal of its caller, and tells the guest', async () => {
    const signals: AbortSignal[] = [];
    const { invoker } = setUp((_params, { signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    invoker.setCallees([component()]);
    await expect(invoker.invoke({ ...call, timeoutMs: 1 })).rejects.toMatchObject({ code: 'timeout' });
    const caller = new AbortController();
    const waiting = invoker.invoke({ ...call, signal: caller.signal });
    caller.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    await expect(invoker.invoke({ ...call, signal: caller.signal })).rejects.toThrow('gone');
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
  });
});

describe('what the control plane says', () => {
  it('reaches the running code when only numbers, links or configuration change', async () => {
    const { invoker, started, log } = setUp(doubling);
    invoker.setCallees([component()]);
    await invoker.invoke(call);
    invoker.setCallees([component({ maxInstances: 7 })]);
    await invoker.invoke(call);
    expect(started).toHaveLength(1);
    expect(log).toEqual(['update 1', 'update 7']);
  });

  it('replaces the code at the next call, while calls in flight keep theirs', async () => {
    const gate = Promise.withResolvers<number>();
    const { invoker, started, log } = setUp(() => gate.promise);
    invoker.setCallees([component()]);
    const before = invoker.invoke(call);
    invoker.setCallees([component({ generation: 2, imageRef: 'file:///two.wasm' })]);
    const after = invoker.invoke(call);
    gate.resolve(1);
    expect(await Promise.all([before, after])).toEqual([1, 1]);
    await invoker.close(0);
    expect(started.map(({ imageRef }) => imageRef)).toEqual(['file:///ops.wasm', 'file:///two.wasm']);
    expect(log).toContain('close 1');
  });

  it('sends calls of a component that is gone over the lattice', async () => {
    const { invoker } = setUp(doubling);
    invoker.setCallees([component()]);
    expect(await invoker.invoke(call)).toBe(4);
    invoker.setCallees([]);
    expect(await invoker.invoke(call)).toBe('lattice');
  });
});

it('counts its calls by the path they took and how they ended', async () => {
  const batches: TelemetryBatch[] = [];
  const { meter, close } = createHandOver({
    traceLevel: undefined,
    metrics: true,
    logs: false,
    post: (batch) => batches.push(batch),
  });
  const errors = [undefined, new Error('broken'), new TooManyWaitingError(1, 0)];
  const { invoker } = setUp(
    async () => {
      const error = errors.shift();
      if (error !== undefined) throw error;
      return 4;
    },
    { meter },
  );
  invoker.setCallees([component()]);
  await invoker.invoke(call);
  await expect(invoker.invoke(call)).rejects.toThrow('broken');
  await invoker.invoke(call);
  await invoker.invoke({ ...call, target: 'elsewhere' });
  close();
  const counted = batches.flatMap(({ measurements }) => measurements);
  expect(counted.map(({ name, attributes, values }) => [name, attributes, values])).toEqual([
    ['wasmlattice.component.calls', { path: 'local', outcome: 'ok' }, [1]],
    ['wasmlattice.component.calls', { path: 'local', outcome: 'peer-failed' }, [1]],
    ['wasmlattice.component.calls', { path: 'lattice', reason: 'no permit', outcome: 'ok' }, [1]],
    ['wasmlattice.component.calls', { path: 'lattice', reason: 'not on this host', outcome: 'ok' }, [1]],
  ]);
});
