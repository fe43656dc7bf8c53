import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { type ComponentInstance, createEngine } from '@wasmlattice/wasm-runtime/engines';
import type { Measurement } from '../measurement.js';
import { medianOfRounds } from '../rounds.js';

const textBytes = 2 ** 20;
const textsPerRound = 256;
const rounds = 21;

/** The outer part has a text, ASCII but for a word, and passes it on as often as it is told; the inner one has room for one. */
const component = `(component
  (component $Inner
    (core module $m (memory (export "memory") 32)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65536))
      (func (export "take") (param i32 i32) (result i32) (local.get 1)))
    (core instance $m (instantiate $m))
    (func (export "take") (param "text" string) (result u32) (canon lift (core func $m "take")
      (memory (core memory $m "memory")) (realloc (core func $m "realloc")))))
  (component $Outer
    (import "take" (func $take (param "text" string) (result u32)))
    (core module $lib (memory (export "memory") 32))
    (core instance $lib (instantiate $lib))
    (core func $lowered (canon lower (func $take) (memory (core memory $lib "memory"))))
    (core module $m
      (import "lib" "memory" (memory 32))
      (import "" "take" (func $take (param i32 i32) (result i32)))
      (func $fill (memory.fill (i32.const 65536) (i32.const 120) (i32.const ${textBytes}))
        (i32.store (i32.const 70000) (i32.const 0xbcc3b6c3)))
      (start $fill)
      (func (export "pass") (param i32) (result i64) (local $sum i64)
        (block $done (loop $next
          (br_if $done (i32.eqz (local.get 0)))
          (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
          (local.set $sum (i64.add (local.get $sum)
            (i64.extend_i32_u (call $take (i32.const 65536) (i32.const ${textBytes})))))
          (br $next)))
        (local.get $sum)))
    (core instance $m (instantiate $m (with "lib" (instance $lib)) (with "" (instance (export "take" (func $lowered))))))
    (func (export "pass") (param "count" u32) (result u64) (canon lift (core func $m "pass"))))
  (instance $inner (instantiate $Inner))
  (instance $outer (instantiate $Outer (with "take" (func $inner "take"))))
  (export "pass" (func $outer "pass")))`;

export const composeString: Measurement = {
  name: 'compose-string',
  unit: 'GB/s',
  better: 'higher',
  target: 1,
  title: 'texts of 1 MiB in UTF-8 that one part of a component passes to another, by CPU time',
  baseline: '1 GB/s',
  async measure() {
    const instance = await instantiate();
    await gigabytesPerSecond(instance);
    return medianOfRounds(
      rounds,
      () => gigabytesPerSecond(instance),
      () => Promise.resolve(1),
    );
  },
};

async function instantiate(): Promise<ComponentInstance> {
  const engine = createEngine({ choice: 'direct' });
  const compiled = await engine.compile(await parse(component), { component: 'text', suspends: () => false });
  return compiled.instantiate(new Map());
}

async function gigabytesPerSecond(instance: ComponentInstance): Promise<number> {
  const before = process.threadCpuUsage();
  const passed = await instance.call('', 'pass', [textsPerRound]);
  const { user, system } = process.threadCpuUsage(before);
  const bytes = textBytes * textsPerRound;
  if (passed !== BigInt(bytes)) throw new Error(`expected ${bytes} bytes, got ${String(passed)}`);
  return bytes / 1_000 / (user + system);
}
