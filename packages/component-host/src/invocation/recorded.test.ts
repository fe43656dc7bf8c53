import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { type CapturedLine, ThreadCaptures } from '@wasmlattice/capture/recorder';
import { func, t, type WitFunction } from '@wasmlattice/rpc';
import { createMemoryInvoker, createMemoryServer, MemoryLattice } from '@wasmlattice/rpc/memory';
import { createEngine } from '@wasmlattice/wasm-runtime/engines';
import { expect, it } from 'vitest';
import { createComponentRuntime } from '../component-runtime.js';

const instance = 'test:guest/twice@1.0.0';
const double = func('double', [['number', t.u32]], t.u32) as WitFunction;

/** Doubles a number, and traps at 13. */
const guest = `(component
  (core module $code
    (func (export "double") (param i32) (result i32)
      (if (i32.eq (local.get 0) (i32.const 13)) (then unreachable))
      (i32.add (local.get 0) (local.get 0))))
  (core instance $code (instantiate $code))
  (func $double (param "number" u32) (result u32) (canon lift (core func $code "double")))
  (instance $twice (export "double" (func $double)))
  (export "${instance}" (instance $twice)))`;

async function startTwice() {
  const posted: CapturedLine[] = [];
  const clock = { now: 0 };
  const captures = new ThreadCaptures({ post: (captured) => posted.push(captured), now: () => clock.now });
  const engine = createEngine();
  const lattice = new MemoryLattice();
  const runtime = await createComponentRuntime({
    componentId: 'twice',
    prepared: await engine.prepare(await parse(guest), { component: 'twice' }),
    engine,
    transports: { lattice: createMemoryInvoker({ lattice }) },
    server: async () => createMemoryServer({ lattice }),
    captures,
  });
  const invoker = createMemoryInvoker({ lattice });
  return {
    captures,
    clock,
    posted,
    records: () => posted.map(({ line }) => JSON.parse(line)),
    call: (number: number) => invoker.invoke({ target: 'twice', instance, func: double, params: [number] }),
    async [Symbol.asyncDispose]() {
      await runtime.close(0);
    },
  };
}

const order = { capture: 'c1', component: 'twice', count: 2, forMs: 1_000, mask: [] };

it('records calls while somebody captures the component, up to their count', async () => {
  await using twice = await startTwice();
  await twice.call(1);
  twice.captures.obey({ ...order, component: 'another' });
  await twice.call(2);
  twice.captures.obey(order);
  expect(await twice.call(3)).toBe(6);
  await expect(twice.call(13)).rejects.toThrow();
  await twice.call(5);
  expect(twice.posted.map(({ capture }) => capture)).toEqual(['c1', 'c1']);
  expect(twice.records()).toMatchObject([
    { input: { export: instance, function: 'double', params: { number: 3 } }, outcome: { result: 6 } },
    {
      input: { params: { number: 13 } },
      outcome: { trap: { reason: expect.stringContaining('unreachable') } },
    },
  ]);
  // It goes on, and its count stays.
  twice.captures.obey(order);
  await twice.call(6);
  expect(twice.posted).toHaveLength(2);
});

it('stops when nobody comes back, when it is told to, and begins anew for another', async () => {
  await using twice = await startTwice();
  twice.captures.obey(order);
  twice.clock.now = 1_001;
  await twice.call(1);
  expect(twice.posted).toEqual([]);
  twice.captures.obey(order);
  await twice.call(2);
  twice.captures.obey({ ...order, forMs: 0 });
  await twice.call(3);
  twice.captures.obey({ ...order, capture: 'c2' });
  await twice.call(4);
  expect(twice.records().map(({ input }) => input.params.number)).toEqual([2, 4]);
});
