import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { createComponentRuntime, type InvocationGate, ThreadDecisions } from '@wasmlattice/component-host';
import { func, t } from '@wasmlattice/rpc';
import { createMemoryInvoker, createMemoryServer, MemoryLattice } from '@wasmlattice/rpc/memory';
import { createEngine } from '@wasmlattice/wasm-runtime/engines';
import type { Measurement } from '../measurement.js';
import { medianOfRounds } from '../rounds.js';

const warmUp = 10_000;
const rounds = 41;
const callsPerRound = 4_000;

const instance = 'test:guest/math@1.0.0';
const add = func(
  'add',
  [
    ['a', t.u32],
    ['b', t.u32],
  ],
  t.u32,
);

const component = `(component
  (core module $m (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))
  (core instance $m (instantiate $m))
  (func $add (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $m "add")))
  (instance $math (export "add" (func $add)))
  (export "${instance}" (instance $math)))`;

type Add = (a: number, b: number) => Promise<number>;

export const policyCached: Measurement = {
  name: 'policy-cached',
  unit: 'µs',
  better: 'lower',
  target: 2,
  title: 'CPU time that a policy whose decision is known adds to an invocation of a component, at least 0',
  baseline: '1: the figure stands for itself',
  async measure() {
    let asked = 0;
    const decisions = new ThreadDecisions(async () => {
      asked += 1;
      return { permitted: true, isFinal: true };
    });
    await using policed = await serve(decisions.gateOf(1));
    await using open = await serve(undefined);
    for (const each of [policed, open]) await callMicroseconds(each.add, warmUp);
    const notes: string[] = [];
    const measured = await medianOfRounds(
      rounds,
      async () => {
        // Half before and half after: the machine may become slower or faster meanwhile.
        const before = await callMicroseconds(open.add, callsPerRound / 2);
        const asking = await callMicroseconds(policed.add, callsPerRound);
        const after = await callMicroseconds(open.add, callsPerRound / 2);
        const alone = (before + after) / 2;
        notes.push(`${alone.toFixed(1)} µs without`);
        return Math.max(0, asking - alone);
      },
      async () => 1,
    );
    if (asked !== 1) throw new Error(`the policy was asked ${asked} times`);
    return { ...measured, note: `an invocation takes about ${notes.toSorted()[notes.length >> 1]}` };
  },
};

/** A component that is called in memory, as callers of its own thread do. */
async function serve(gate: InvocationGate | undefined) {
  const engine = createEngine({ choice: 'direct' });
  const lattice = new MemoryLattice();
  const invoker = createMemoryInvoker({ lattice });
  const runtime = await createComponentRuntime({
    componentId: 'math',
    prepared: await engine.prepare(await parse(component), { component: 'math' }),
    engine,
    transports: { lattice: invoker },
    server: async () => createMemoryServer({ lattice }),
    gate,
  });
  const call: Add = async (a, b) =>
    (await invoker.invoke({ target: 'math', instance, func: add, params: [a, b] })) as number;
  return { add: call, [Symbol.asyncDispose]: () => runtime.close(1_000) };
}

/** Of this thread: others that compute meanwhile do not count. */
async function callMicroseconds(sum: Add, calls: number): Promise<number> {
  const before = process.threadCpuUsage();
  let total = 0;
  for (let i = 0; i < calls; i++) total = await sum(total, 1);
  const { user, system } = process.threadCpuUsage(before);
  if (total !== calls) throw new Error(`expected ${calls}, got ${total}`);
  return (user + system) / calls;
}
