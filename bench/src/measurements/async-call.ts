import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { createEngine } from '@wasmlattice/wasm-runtime/engines';
import type { Measurement } from '../measurement.js';
import { medianOfRounds } from '../rounds.js';

const warmUp = 20_000;
const rounds = 15;
/** So many that the steps in which a thread's time is counted, some ms, do not show. */
const callsPerRound = 40_000;

/** The same sum as a synchronous function and as an asynchronous one that is called back, and never has to be. */
const component = `(component
  (core func $return (canon task.return (result u32)))
  (core module $m
    (import "" "return" (func $return (param i32)))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "add-async") (param i32 i32) (result i32)
      (call $return (i32.add (local.get 0) (local.get 1)))
      (i32.const 0))
    (func (export "callback") (param i32 i32 i32) (result i32) unreachable))
  (core instance $m (instantiate $m (with "" (instance (export "return" (func $return))))))
  (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $m "add")))
  (func (export "add-async") async (param "a" u32) (param "b" u32) (result u32)
    (canon lift (core func $m "add-async") async (callback (core func $m "callback")))))`;

type Add = (a: number, b: number) => Promise<number>;

export const asyncCall: Measurement = {
  name: 'async-call',
  unit: 'µs',
  better: 'lower',
  target: 2,
  title: 'CPU time of a call of an async add(a: u32, b: u32) -> u32 that does not wait',
  baseline: 'the same function, synchronous',
  async measure() {
    const engine = createEngine({ choice: 'direct' });
    const compiled = await engine.compile(await parse(component), {
      component: 'add',
      suspends: () => false,
    });
    const instance = await compiled.instantiate(new Map());
    const called =
      (func: string): Add =>
      (a, b) =>
        instance.call('', func, [a, b]) as Promise<number>;
    const [asynchronous, synchronous] = [called('add-async'), called('add')];
    for (const add of [asynchronous, synchronous]) await callMicroseconds(add, warmUp);
    return medianOfRounds(
      rounds,
      () => callMicroseconds(asynchronous, callsPerRound),
      () => callMicroseconds(synchronous, callsPerRound),
    );
  },
};

/** Of this thread: others that compute meanwhile do not count. */
async function callMicroseconds(add: Add, calls: number): Promise<number> {
  const before = process.threadCpuUsage();
  let sum = 0;
  for (let i = 0; i < calls; i++) sum = await add(sum, 1);
  const { user, system } = process.threadCpuUsage(before);
  if (sum !== calls) throw new Error(`expected ${calls}, got ${sum}`);
  return (user + system) / calls;
}
