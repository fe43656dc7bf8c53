import type { CoreType, Pointer } from '../layout.js';
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
export function memoryModule(mode: ReallocMode, heap = 1024, data = '', pointer: Pointer = 'i32'): string {
  const constant = (value: number): string => `(${pointer}.const ${value})`;
  const address: Record<ReallocMode, string> = {
    bump: '(call $alloc (local.get 3) (local.get 2))',
    unaligned: `(${pointer}.add (call $alloc (local.get 3) ${constant(8)}) ${constant(1)})`,
    beyond: `(return ${constant(0xffff_fff0)})`,
    trap: '(unreachable)',
  };
  const [one, two, four] = [pointer, `${pointer} ${pointer}`, `${pointer} ${pointer} ${pointer} ${pointer}`];
  return `(core module $mem
    (memory (export "memory") ${pointer === 'i64' ? 'i64 ' : ''}${pages})
    ${data}
    (global $heap (mut ${one}) ${constant(heap)})
    (func $alloc (export "alloc") (param ${two}) (result ${one})
      (local $start ${one})
      (local.set $start (${one}.and
        (${one}.add (global.get $heap) (${one}.sub (local.get 1) ${constant(1)}))
        (${one}.sub ${constant(0)} (local.get 1))))
      (global.set $heap (${one}.add (local.get $start) (local.get 0)))
      (local.get $start))
    (func (export "realloc") (param ${four}) (result ${one})
      (local $new ${one})
      (local.set $new ${address[mode]})
      (memory.copy (local.get $new) (local.get 0)
        (select (local.get 1) (local.get 3) (${one}.lt_u (local.get 1) (local.get 3))))
      (local.get $new)))`;
}

export const memoryOptions = '(memory (core memory $mem "memory")) (realloc (core func $mem "realloc"))';

export function paramText(types: readonly CoreType[]): string {
  return types.length === 0 ? '' : `(param ${types.join(' ')})`;
}

export function resultText(types: readonly CoreType[]): string {
  return types.length === 0 ? '' : `(result ${types.join(' ')})`;
}
