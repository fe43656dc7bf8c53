import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { type ComponentInstance, createEngine } from '@wasmlattice/wasm-runtime/engines';
import type { Measurement } from '../measurement.js';
import { medianOfRounds } from '../rounds.js';

const warmUp = 20_000;
const rounds = 41;
const callsPerRound = 4_000;

const core = `
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))`;

const component = `(component
  (core module $m ${core})
  (core instance $m (instantiate $m))
  (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $m "add"))))`;

type Add = (a: number, b: number) => Promise<number>;

export const callAdd: Measurement = {
  name: 'call-add',
  unit: 'µs',
  better: 'lower',
  target: 3,
  title: 'CPU time of a call of add(a: u32, b: u32) -> u32 in an instance, in the engine',
  baseline: 'the core function itself, called so that it could be suspended',
  async measure() {
    const instance = await instantiate();
    const viaEngine: Add = (a, b) => instance.call('', 'add', [a, b]) as Promise<number>;
    const bare = await bareAdd();
    for (const add of [viaEngine, bare]) await callMicroseconds(add, warmUp);
    return medianOfRounds(
      rounds,
      () => callMicroseconds(viaEngine, callsPerRound),
      () => callMicroseconds(bare, callsPerRound),
    );
  },
};

async function instantiate(): Promise<ComponentInstance> {
  const engine = createEngine({ choice: 'direct' });
  const compiled = await engine.compile(await parse(component), { component: 'add', suspends: () => false });
  return compiled.instantiate(new Map());
}

/** JavaScript Promise Integration, which Node.js has and its types lack. */
const { promising, Module, Instance } = (globalThis as unknown as { readonly WebAssembly: Platform })
  .WebAssembly;

interface Platform {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: { readonly add: unknown } };
  promising(func: unknown): Add;
}

async function bareAdd(): Promise<Add> {
  const { exports } = new Instance(new Module(await parse(`(module ${core})`)));
  return promising(exports.add);
}

/** Of this thread: others that compute meanwhile do not count. */
async function callMicroseconds(add: Add, calls: number): Promise<number> {
  const before = process.threadCpuUsage();
  let sum = 0;
  for (let i = 0; i < calls; i++) sum = await add(sum, 1);
  const { user, system } = process.threadCpuUsage(before);
  if (sum !== calls) throw new Error(`expected ${calls}, got ${sum}`);
  return (user + system) / calls;
}
