import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { type ComponentInstance, createEngine } from '@wasmlattice/wasm-runtime/engines';
import type { Measurement } from '../measurement.js';
import { medianOfRounds } from '../rounds.js';

const warmUp = 20_000;
const rounds = 41;
const callsPerRound = 4_000;

const add = `
  (core module $m (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))
  (core instance $m (instantiate $m))
  (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $m "add")))`;

const single = `(component ${add})`;

/** The outer part calls the inner one once and adds nothing to it. */
const composed = `(component
  (component $Inner ${add})
  (component $Outer
    (import "add" (func $add (param "a" u32) (param "b" u32) (result u32)))
    (core func $lowered (canon lower (func $add)))
    (core module $m (import "" "add" (func $add (param i32 i32) (result i32)))
      (func (export "add") (param i32 i32) (result i32) (call $add (local.get 0) (local.get 1))))
    (core instance $m (instantiate $m (with "" (instance (export "add" (func $lowered))))))
    (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $m "add"))))
  (instance $inner (instantiate $Inner))
  (instance $outer (instantiate $Outer (with "add" (func $inner "add"))))
  (export "add" (func $outer "add")))`;

export const composeCall: Measurement = {
  name: 'compose-call',
  unit: 'µs',
  better: 'lower',
  target: 1.5,
  title: 'CPU time of a call of add(a: u32, b: u32) -> u32 that one part of a component passes on to another',
  baseline: 'two calls of a component that adds by itself',
  async measure() {
    const two = await instantiate(composed);
    const one = await instantiate(single);
    for (const instance of [two, one]) await callMicroseconds(instance, warmUp);
    return medianOfRounds(
      rounds,
      () => callMicroseconds(two, callsPerRound),
      async () => 2 * (await callMicroseconds(one, callsPerRound)),
    );
  },
};

async function instantiate(text: string): Promise<ComponentInstance> {
  const engine = createEngine({ choice: 'direct' });
  const compiled = await engine.compile(await parse(text), { component: 'add', suspends: () => false });
  return compiled.instantiate(new Map());
}

/** Of this thread: others that compute meanwhile do not count. */
async function callMicroseconds(instance: ComponentInstance, calls: number): Promise<number> {
  const before = process.threadCpuUsage();
  let sum = 0;
  for (let i = 0; i < calls; i++) sum = (await instance.call('', 'add', [sum, 1])) as number;
  const { user, system } = process.threadCpuUsage(before);
  if (sum !== calls) throw new Error(`expected ${calls}, got ${sum}`);
  return (user + system) / calls;
}
