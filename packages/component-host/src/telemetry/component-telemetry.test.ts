import { func, type Invoker, RpcError, t } from '@wasmlattice/rpc';
import { createMemoryInvoker, createMemoryServer, MemoryLattice } from '@wasmlattice/rpc/memory';
import {
  createTelemetryRelay,
  type Measurement,
  noopLogger,
  type TelemetryBatch,
} from '@wasmlattice/telemetry';
import { type InvocationContext, OverloadedError } from '@wasmlattice/wasm-runtime';
import { describe, expect, it } from 'vitest';
import { createComponentTelemetry, noRuntimeTelemetry } from './component-telemetry.js';

const component = {
  componentId: 'ops',
  imageRef: 'file:///ops.wasm',
  lattice: 'default',
  hostId: 'NHOST',
};
const double = func('double', [['value', t.u32]], t.u32);
const call = { target: 'ops', instance: 'test:ops/math', func: double, params: [2] };

function setUp() {
  const batches: TelemetryBatch[] = [];
  const { close, ...telemetry } = createTelemetryRelay({
    traceLevel: 'info',
    metrics: true,
    logs: false,
    post: (batch) => batches.push(batch),
  });
  const observe = createComponentTelemetry({ telemetry, component });
  return {
    observe,
    /** What was measured, by the name of the instrument. */
    measured(): Map<string, Measurement[]> {
      close();
      return Map.groupBy(
        batches.splice(0).flatMap(({ measurements }) => measurements),
        ({ name }) => name,
      );
    },
  };
}

describe('the metrics of a component', () => {
  it("count what it serves, with upstream's names and attributes", async () => {
    const { observe, measured } = setUp();
    const lattice = new MemoryLattice();
    const errors = [undefined, new TypeError('broken')];
    const server = observe.server(createMemoryServer({ lattice }));
    await server.serve({
      ...call,
      async handler() {
        const error = errors.shift();
        if (error !== undefined) throw error;
        return 4;
      },
    });
    const invoker = createMemoryInvoker({ lattice });
    await invoker.invoke(call);
    await expect(invoker.invoke(call)).rejects.toThrow('broken');

    const found = measured();
    const attributes = {
      'component.ref': 'file:///ops.wasm',
      lattice: 'default',
      host: 'NHOST',
      operation: 'test:ops/math/double',
    };
    expect(found.get('wasmcloud_host.component.invocations')).toMatchObject([{ attributes, values: [2] }]);
    expect(found.get('wasmcloud_host.component.invocation.errors')).toMatchObject([
      { attributes, values: [1] },
    ]);
    const [duration] = found.get('wasmcloud_host.handle_rpc_message.duration') ?? [];
    expect(duration).toMatchObject({ attributes, options: { unit: 'nanoseconds' } });
    expect(duration?.values).toHaveLength(2);
    for (const value of duration?.values ?? []) expect(Number.isSafeInteger(value)).toBe(true);
  });

  it('tell of its calls by target, link and outcome, and how many are in flight', async () => {
    const { observe, measured } = setUp();
    const answers = [Promise.resolve(4), Promise.reject(new RpcError('timeout', { ...call, func: '' }, 'x'))];
    const transport: Invoker = { invoke: async () => await answers.shift() };
    const invoker = observe.invoker(transport);
    const headers = { 'link-name': 'fast' };
    await invoker.invoke({ ...call, headers });
    await expect(invoker.invoke({ ...call, headers })).rejects.toThrow(RpcError);
    const found = measured();
    const attributes = {
      'component.id': 'ops',
      target: 'ops',
      operation: 'test:ops/math/double',
      'link.name': 'fast',
    };
    expect(found.get('wasmlattice.component.call.duration')).toMatchObject([
      { attributes: { ...attributes, outcome: 'ok' }, values: [expect.any(Number)] },
      { attributes: { ...attributes, outcome: 'timeout' }, values: [expect.any(Number)] },
    ]);
    expect(found.get('wasmlattice.component.calls.in_flight')).toMatchObject([
      { attributes: { 'component.id': 'ops' }, values: [0] },
    ]);
  });

  it('tell of its instances, of what waits for them, and of what is refused', async () => {
    const { observe, measured } = setUp();
    const stats = { maxInstances: 4, active: 4, waiting: 2, longestWaitMs: 70 };
    const pool = observe.pool({
      stats,
      run: () =>
        Promise.reject(
          new OverloadedError({ component: 'ops', budget: 'linear-memories', reason: 'there is no room' }),
        ),
    });

    pool.limited(8);
    pool.waited(250);
    pool.computed(1_500);
    pool.exceeded('handles');
    const context: InvocationContext = {
      componentId: 'ops',
      logger: noopLogger,
      config: () => new Map(),
      links: { invoke: () => Promise.resolve(), setLinkName: (_name, [first]) => first },
    };
    await expect(pool.run(context, async () => {})).rejects.toThrow(OverloadedError);
    const found = measured();
    const attributes = {
      'component.id': 'ops',
      'component.ref': 'file:///ops.wasm',
      lattice: 'default',
      host: 'NHOST',
    };
    expect(found.get('wasmcloud_host.component.active_instances')).toMatchObject([
      { attributes, values: [4] },
    ]);
    expect(found.get('wasmlattice.component.waiting_invocations')).toMatchObject([
      { attributes, values: [2] },
    ]);
    expect(found.get('wasmcloud_host.component.max_instances')).toMatchObject([{ attributes, values: [8] }]);
    expect(found.get('wasmlattice.component.wait')).toMatchObject([{ attributes, values: [0.25] }]);
    expect(found.get('wasmlattice.component.cpu_time')).toMatchObject([{ attributes, values: [1.5] }]);
    expect(found.get('wasmlattice.overloaded')).toMatchObject([
      { attributes: { ...attributes, budget: 'linear-memories' }, values: [1] },
    ]);
    expect(found.get('wasmlattice.component.limit_exceeded')).toMatchObject([
      { attributes: { ...attributes, limit: 'handles' }, values: [1] },
    ]);
    pool.close();
    expect(measured().get('wasmcloud_host.component.active_instances')).toMatchObject([{ values: [-4] }]);
  });

  it('cost nothing when telemetry is off: calls go through no further hands', () => {
    const observe = createComponentTelemetry({
      telemetry: noRuntimeTelemetry,
      component,
    });
    const invoker: Invoker = { invoke: async () => 1 };
    const server = createMemoryServer({ lattice: new MemoryLattice() });
    expect(observe.invoker(invoker)).toBe(invoker);
    expect(observe.server(server)).toBe(server);
  });
});
