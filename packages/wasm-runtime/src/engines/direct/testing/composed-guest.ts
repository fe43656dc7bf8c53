import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import type { HostMembers } from '../../../host-functions/host-interface.js';
import { hostImports } from '../../../testing/host-import.js';
import type { ComponentInstance, InstantiateOptions } from '../../engine.js';
import { createDirectEngine } from '../direct-engine.js';

/** Compiles and starts a component given as text. Imports that are called `wait` may wait. */
export async function startText(
  text: string,
  imports: ReadonlyMap<string, HostMembers> = new Map(),
  options?: InstantiateOptions,
): Promise<ComponentInstance> {
  const compiled = await createDirectEngine().compile(await parse(`(component ${text})`), {
    component: 'composed',
    suspends: (_instance, func) => func === 'wait',
  });
  return await compiled.instantiate(hostImports(imports), options);
}

/** A module with a memory and an allocator, by the name `$lib`; `$i` is to import both from `lib`. */
export const library = `
  (core module $Lib
    (memory (export "memory") 1)
    (global $heap (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local $start i32)
      (local.set $start (i32.and
        (i32.add (global.get $heap) (i32.sub (local.get 2) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get 2))))
      (global.set $heap (i32.add (local.get $start) (local.get 3)))
      (if (i32.gt_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536)))
        (then (drop (memory.grow (i32.add (i32.shr_u (local.get 3) (i32.const 16)) (i32.const 1))))))
      (memory.copy (local.get $start) (local.get 0)
        (select (local.get 1) (local.get 3) (i32.lt_u (local.get 1) (local.get 3))))
      (local.get $start)))
  (core instance $lib (instantiate $Lib))
  (alias core export $lib "memory" (core memory $memory))
  (alias core export $lib "realloc" (core func $realloc))`;

/**
 * One part `$A` whose function `f` returns what it is given, and another, `$B`, whose function `f` passes what it is given on to the first
 * and returns what that returns.
 *
 * @param type of the value, as component text
 * @param core the core values it is passed as
 * @param options of each part: its encoding
 */
export function passingOn(
  type: string,
  core: readonly string[],
  options: { readonly inner?: string; readonly outer?: string } = {},
): string {
  const canon = (encoding = ''): string => `(memory $memory) (realloc $realloc) ${encoding}`;
  const inMemory = core.length > 1;
  const params = core.join(' ');
  const get = core.map((_, index) => `(local.get ${index})`).join(' ');
  const result = inMemory ? 'i32' : params;
  const store = core.map(
    (each, index) => `(${each}.store offset=${index * 4} (local.get $at) (local.get ${index}))`,
  );
  const echo = inMemory
    ? `(local $at i32) (local.set $at (i32.const 16)) ${store.join(' ')} (local.get $at)`
    : get;
  const passOn = inMemory ? `(call $g ${get} (i32.const 16)) (i32.const 16)` : `(call $g ${get})`;
  const lowered = inMemory ? `(param ${params} i32)` : `(param ${params}) (result ${result})`;
  return `
    (component $A ${library}
      (core module $M (import "lib" "memory" (memory 1))
        (func (export "f") (param ${params}) (result ${result}) ${echo}))
      (core instance $i (instantiate $M (with "lib" (instance $lib))))
      (func (export "f") (param "x" ${type}) (result ${type}) (canon lift (core func $i "f") ${canon(options.inner)})))
    (component $B
      (import "g" (func $g (param "x" ${type}) (result ${type})))
      ${library}
      (core func $g' (canon lower (func $g) ${canon(options.outer)}))
      (core module $M (import "lib" "memory" (memory 1)) (import "" "g" (func $g ${lowered}))
        (func (export "f") (param ${params}) (result ${result}) ${passOn}))
      (core instance $i (instantiate $M
        (with "lib" (instance $lib)) (with "" (instance (export "g" (func $g'))))))
      (func (export "f") (param "x" ${type}) (result ${type}) (canon lift (core func $i "f") ${canon(options.outer)})))
    (instance $a (instantiate $A))
    (instance $b (instantiate $B (with "g" (func $a "f"))))
    (export "f" (func $b "f"))`;
}
