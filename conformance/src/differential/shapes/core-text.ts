import type { CoreType } from '../layout.js';
import type { Random } from '../random.js';

/**
 * What an allocator does with a request for memory. None is right by a hair: how much a string asks for at first depends on the form that
 * an engine's host has it in.
 */
export type ReallocMode = 'bump' | 'unaligned' | 'beyond' | 'trap';

export function anyReallocMode(random: Random): ReallocMode {
  if (random.percent(88)) return 'bump';
  return random.pick(['unaligned', 'beyond', 'trap']);
}

const pages = 16;

/**
 * A core module with a memory and an allocator: `memory`, `realloc`, `alloc`. What is allocated begins at `heap`, in bytes. An allocation
 * that is too small for what it takes is moved, as those of strings are whose encoding changes.
 */
export function memoryModule(mode: ReallocMode, heap = 1024, data = ''): string {
  const address: Record<ReallocMode, string> = {
    bump: '(call $alloc (local.get 3) (local.get 2))',
    unaligned: '(i32.add (call $alloc (local.get 3) (i32.const 8)) (i32.const 1))',
    beyond: '(return (i32.const 0xfffffff0))',
    trap: '(unreachable)',
  };
  return `(core module $mem
    (memory (export "memory") ${pages})
    ${data}
    (global $heap (mut i32) (i32.const ${heap}))
    (func $alloc (export "alloc") (param $size i32) (param $align i32) (result i32)
      (local $start i32)
      (local.set $start (i32.and
        (i32.add (global.get $heap) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get $align))))
      (global.set $heap (i32.add (local.get $start) (local.get $size)))
      (local.get $start))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local $new i32)
      (local.set $new ${address[mode]})
      (memory.copy (local.get $new) (local.get 0)
        (select (local.get 1) (local.get 3) (i32.lt_u (local.get 1) (local.get 3))))
      (local.get $new)))`;
}

export const memoryOptions = '(memory (core memory $mem "memory")) (realloc (core func $mem "realloc"))';

export function paramText(types: readonly CoreType[]): string {
  return types.length === 0 ? '' : `(param ${types.join(' ')})`;
}

export function resultText(types: readonly CoreType[]): string {
  return types.length === 0 ? '' : `(result ${types.join(' ')})`;
}
