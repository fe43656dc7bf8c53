import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { describe, expect, it } from 'vitest';
import { webAssembly } from '../../engines/web-assembly.js';
import { inspectModule } from './inspect-module.js';
import { type RewrittenModule, rewriteModule } from './rewrite-module.js';

type Exports = Readonly<Record<string, unknown>>;

async function rewrite(text: string, tables = false): Promise<RewrittenModule> {
  const bytes = await parse(`(module ${text})`);
  const facts = inspectModule(bytes);
  expect(facts.obstacle).toBeUndefined();
  return rewriteModule(bytes, facts, { tables });
}

async function instantiate({ bytes }: RewrittenModule, imports: object = {}): Promise<Exports> {
  return new webAssembly.Instance(await webAssembly.compile(bytes), imports).exports;
}

function call(exports: Exports, name: string, ...args: readonly number[]): unknown {
  return (exports[name] as (...params: readonly number[]) => unknown)(...args);
}

function global(exports: Exports, name: string | undefined): { value: unknown } {
  return exports[name ?? ''] as { value: unknown };
}

const sizing = `
  (func (export "size") (result i32) (memory.size))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "touch") (param i32) (i32.store8 (local.get 0) (i32.const 1)))`;

describe('rewriteModule', () => {
  it('exports what a module hides, and leaves the rest as it is', async () => {
    const module = await rewrite(
      `(memory 1) (table 3 funcref) (elem (i32.const 0) func $get)
       (global $hidden (mut i64) (i64.const 7)) (global $constant i32 (i32.const 1))
       (func $get (export "get") (result i64) (global.get $hidden))`,
      true,
    );
    const exports = await instantiate(module);
    const [hidden, pages] = module.globals;
    expect(module.globals).toHaveLength(2);
    expect(global(exports, hidden).value).toBe(7n);
    expect(global(exports, pages).value).toBe(1);
    global(exports, hidden).value = 9n;
    expect(call(exports, 'get')).toBe(9n);
    expect((exports[module.memories[0]?.memory ?? ''] as { buffer: ArrayBuffer }).buffer.byteLength).toBe(
      65536,
    );
    expect((exports[module.tables[0] ?? ''] as { get(index: number): unknown }).get(0)).toBe(exports.get);
  });

  it('exports under names that clash with none of the module', async () => {
    const module = await rewrite(`
      (import "wasmlattice:1:" "f" (func)) (global (export "wasmlattice:0:global0") (mut i32) (i32.const 1))`);
    const exports = await instantiate(module, { 'wasmlattice:1:': { f: () => undefined } });
    expect(Object.keys(exports)).toHaveLength(2);
    global(exports, module.globals[0]).value = 5;
    expect(global(exports, 'wasmlattice:0:global0').value).toBe(5);
  });

  it('shows a memory in the size its global says, after it was larger', async () => {
    const module = await rewrite(`(memory 1 4) ${sizing}`);
    const exports = await instantiate(module);
    expect(call(exports, 'grow', 2)).toBe(1);
    expect(call(exports, 'size')).toBe(3);
    call(exports, 'touch', 3 * 65536 - 1);

    global(exports, module.memories[0]?.pages).value = 1;
    expect(call(exports, 'size')).toBe(1);
    expect(call(exports, 'grow', 0)).toBe(1);
    expect(call(exports, 'grow', 3)).toBe(1);
    expect(call(exports, 'size')).toBe(4);
    call(exports, 'touch', 4 * 65536 - 1);
  });

  it('grows no memory beyond its limit, nor by amounts that overflow', async () => {
    const exports = await instantiate(await rewrite(`(memory 2 3) ${sizing}`));
    expect(call(exports, 'grow', 2)).toBe(-1);
    expect(call(exports, 'grow', -1)).toBe(-1);
    expect(call(exports, 'grow', 65534)).toBe(-1);
    expect(call(exports, 'size')).toBe(2);
    expect(call(exports, 'grow', 1)).toBe(2);
    expect(call(exports, 'grow', 1)).toBe(-1);
  });

  it('keeps several memories apart', async () => {
    const module = await rewrite(`
      (memory $a 1) (memory $b 5)
      (func (export "grow-b") (result i32) (memory.grow $b (i32.const 1)))
      (func (export "sizes") (result i32 i32) (memory.size $a) (memory.size $b))`);
    const exports = await instantiate(module);
    expect(call(exports, 'grow-b')).toBe(5);
    expect(call(exports, 'sizes')).toEqual([1, 6]);
    global(exports, module.memories[1]?.pages).value = 5;
    expect(call(exports, 'sizes')).toEqual([1, 5]);
  });

  it('lets a module that imports a memory grow it by the same global', async () => {
    const owner = await rewrite(`(memory (export "memory") 1) ${sizing}`);
    const adapter = await rewrite(`
      (import "env" "base" (global $base i32)) (import "env" "memory" (memory 0)) (import "env" "f" (func $f))
      (global $own (mut i32) (i32.const 5)) (global (export "shown") i32 (i32.const 6))
      (func (export "add") (result i32) (memory.grow (i32.const 2)))
      (func (export "sum") (result i32) (call $f)
        (global.set $own (i32.add (global.get $own) (global.get $base))) (global.get $own))`);
    const ownerExports = await instantiate(owner);
    expect(adapter.sizeImports).toMatchObject([{ memory: { module: 'env', name: 'memory' } }]);
    const [sizeImport] = adapter.sizeImports;
    const exports = await instantiate(adapter, {
      env: { base: 3, memory: ownerExports.memory, f: () => undefined },
      [sizeImport?.module ?? '']: {
        [sizeImport?.name ?? '']: global(ownerExports, owner.memories[0]?.pages),
      },
    });
    expect(call(exports, 'add')).toBe(1);
    expect(call(ownerExports, 'size')).toBe(3);
    expect(call(ownerExports, 'grow', 1)).toBe(3);
    expect(call(exports, 'sum')).toBe(8);
    expect(global(exports, 'shown').value).toBe(6);
    expect(global(exports, adapter.globals[0]).value).toBe(8);
  });

  it('keeps the names of functions for stack traces and drops what would be wrong', async () => {
    const { bytes } = await rewrite(
      `(@custom ".debug_info" "positions") (memory 1) (func $named (drop (memory.size)) unreachable) (export "f" (func $named))`,
    );
    expect(Buffer.from(bytes).includes('.debug_info')).toBe(false);
    const exports = await instantiate({ bytes } as RewrittenModule);
    expect(() => call(exports, 'f')).toThrow(
      expect.objectContaining({ stack: expect.stringContaining('named') }),
    );
  });
});
