import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { describe, expect, it } from 'vitest';
import { webAssembly } from '../../engines/web-assembly.js';
import { defaultLimits } from '../../limits/limit-table.js';
import { limitModule } from './limit-module.js';

const maxTableElements = defaultLimits['table-elements'];

const page = 65536;

interface Sized {
  size(): number;
  grow(pages: number): number;
}

const sizing = `
  (func (export "size") (result i32) (memory.size))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))`;

function limit(bytes: Uint8Array, maxMemoryBytes?: number): Uint8Array {
  return limitModule(
    bytes,
    maxMemoryBytes === undefined ? { component: 'c' } : { component: 'c', maxMemoryBytes },
  );
}

async function instantiate<T>(text: string, maxMemoryBytes: number, imports: object = {}): Promise<T> {
  const bytes = limit(await parse(`(module ${text})`), maxMemoryBytes);
  return new webAssembly.Instance(await webAssembly.compile(bytes), imports).exports as T;
}

describe('limitModule', () => {
  it.each(['(memory 1)', '(memory 1 100)', '(memory 1 65536)'])('bounds the growth of %s', async (memory) => {
    const { size, grow } = await instantiate<Sized>(`${memory} ${sizing}`, 3 * page);
    expect(grow(2)).toBe(1);
    expect(grow(1)).toBe(-1);
    expect(size()).toBe(3);
  });

  it('rounds down to whole pages', async () => {
    const { grow } = await instantiate<Sized>(`(memory 1) ${sizing}`, 3 * page - 1);
    expect(grow(2)).toBe(-1);
    expect(grow(1)).toBe(1);
  });

  it('raises no maximum that is declared', async () => {
    const { grow } = await instantiate<Sized>(`(memory 1 2) ${sizing}`, 100 * page);
    expect(grow(1)).toBe(1);
    expect(grow(1)).toBe(-1);
  });

  it('keeps the bytes where there is nothing to bound', async () => {
    const changed = async (text: string, bytes: number | undefined): Promise<boolean> => {
      const module = await parse(`(module ${text})`);
      return limit(module, bytes) !== module;
    };
    expect(await changed('(memory 1)', undefined)).toBe(false);
    expect(await changed('(memory 1)', 65536 * page)).toBe(false);
    expect(await changed('(memory 1)', 2 ** 50)).toBe(false);
    expect(await changed('(memory 1 2)', 2 * page)).toBe(false);
    expect(await changed('(table 1 1 funcref)', page)).toBe(false);
    expect(await changed('(import "m" "t" (table 1 funcref))', page)).toBe(false);
    expect(await changed('(type (func (param i32 (ref func)) (result v128)))', page)).toBe(false);
    expect(await changed('(import "m" "m" (memory 1))', page)).toBe(false);
    expect(await changed('(memory 1)', 65535 * page)).toBe(true);
  });

  it('refuses a memory that is shared, in which a guest could wait for ever', async () => {
    const module = await parse('(module (memory 1 2 shared))');
    expect(() => limit(module)).toThrow('expected memories that are not shared');
  });

  it('changes nothing of a module but its memories', async () => {
    const text = (memory: string): string => `(module
      (type (func (result i32))) ${memory}
      (@custom "metadata.code.test" (before code) "hint") (func $named (export "f") (result i32) (i32.const 7))
      (data (i32.const 3) "data") (@custom "last" "bytes"))`;
    const limited = limit(await parse(text('(memory 1 9)')), 4 * page);
    expect(Buffer.from(limited)).toEqual(Buffer.from(await parse(text('(memory 1 4)'))));
  });

  it('bounds each of several memories', async () => {
    const { a, b } = await instantiate<Record<'a' | 'b', (pages: number) => number>>(
      `(memory $a 1) (memory $b 2 50)
       (func (export "a") (param i32) (result i32) (memory.grow $a (local.get 0)))
       (func (export "b") (param i32) (result i32) (memory.grow $b (local.get 0)))`,
      3 * page,
    );
    expect([a(3), a(2)]).toEqual([-1, 1]);
    expect([b(2), b(1)]).toEqual([-1, 2]);
  });

  it('bounds a memory of 64 bits', async () => {
    const sizing64 = `(func (export "grow") (param i64) (result i64) (memory.grow (local.get 0)))`;
    for (const memory of ['(memory i64 1)', '(memory i64 1 0x1000000000000)']) {
      const { grow } = await instantiate<{ grow(pages: bigint): bigint }>(`${memory} ${sizing64}`, 3 * page);
      expect(grow(3n)).toBe(-1n);
      expect(grow(2n)).toBe(1n);
    }
  });

  it.each(['1', '1 16'])('leaves a memory linkable where it is imported as %s', async (declared) => {
    const owner = await instantiate<Sized>(`(memory (export "memory") 1 16) ${sizing}`, 3 * page);
    const adapter = await instantiate<Sized>(
      `(import "main" "memory" (memory ${declared})) ${sizing}`,
      3 * page,
      {
        main: owner,
      },
    );
    expect(adapter.grow(2)).toBe(1);
    expect(adapter.grow(1)).toBe(-1);
    expect(owner.size()).toBe(3);
  });

  it('refuses a memory that begins above the limit, and says what to raise', async () => {
    const module = await parse('(module (memory 4))');
    expect(() => limit(module, 3 * page)).toThrow(
      expect.objectContaining({
        name: 'MemoryLimitError',
        needed: 4 * page,
        allowed: 3 * page,
        message: expect.stringMatching(
          /component "c" .* 262144 bytes .* 196608 bytes: raise the component's max_memory_limit/,
        ),
      }),
    );
    expect(limit(module, 4 * page)).toBeInstanceOf(Uint8Array);
  });

  it.each(['funcref', 'externref', '(ref null func)'])('bounds the growth of a table of %s', async (type) => {
    const module = `(table $t 1 ${type})
      (func (export "size") (result i32) (table.size $t))
      (func (export "grow") (param i32) (result i32) (table.grow $t (ref.null ${type === 'externref' ? 'extern' : 'func'}) (local.get 0)))`;
    const { size, grow } = await instantiate<Sized>(module, page);
    expect(grow(maxTableElements)).toBe(-1);
    expect(grow(maxTableElements - 1)).toBe(1);
    expect(grow(1)).toBe(-1);
    expect(size()).toBe(maxTableElements);
  });

  it('bounds a table with an initial value, and one of 64 bits', async () => {
    const { size, at } = await instantiate<{ size(): number; at(index: number): number }>(
      `(type $f (func (result i32))) (table $t 2 20000 (ref $f) (ref.func $seven)) (func $seven (type $f) (i32.const 7))
       (func (export "size") (result i32) (table.grow $t (ref.func $seven) (i32.const 14999)))
       (func (export "at") (param i32) (result i32) (call_indirect $t (type $f) (local.get 0)))`,
      page,
    );
    expect([size(), at(1)]).toEqual([-1, 7]);
    const { grow } = await instantiate<{ grow(): bigint }>(
      `(table $t i64 1 funcref)
       (func (export "grow") (result i64) (table.grow $t (ref.null func) (i64.const 15000)))`,
      page,
    );
    expect(grow()).toBe(-1n);
  });

  it('refuses a table that begins above the limit', async () => {
    const module = await parse('(module (table 10000000 funcref))');
    expect(() => limit(module, page)).toThrow(
      expect.objectContaining({
        name: 'ComponentLimitError',
        needed: 10_000_000,
        message: expect.stringContaining(
          'begins with a table of 10000000 elements; its limit "table-elements" is 15000',
        ),
      }),
    );
    expect(limit(await parse('(module (table 15000 15000 funcref))'))).toBeInstanceOf(Uint8Array);
  });

  it.each([
    '(type (array (mut i64)))',
    '(type (struct (field i32)))',
    '(rec (type $a (func)) (type $b (struct)))',
    '(type (sub (struct)))',
  ])('refuses objects without a limit: %s', async (type) => {
    const module = await parse(`(module ${type})`);
    expect(() => limit(module)).toThrow(
      expect.objectContaining({
        name: 'UnsupportedModuleError',
        message: expect.stringContaining('garbage collection proposal'),
      }),
    );
  });

  it.each([
    '(rec (type $a (func)) (type $b (func)))',
    '(type (sub (func)))',
    '(type $a (sub (func))) (type (sub final $a (func)))',
  ])('refuses types of functions that come with that proposal, and says so: %s', async (type) => {
    const module = await parse(`(module ${type})`);
    await webAssembly.compile(module);
    expect(() => limit(module)).toThrow('garbage collection proposal');
  });

  it('lets nothing past that it does not know', async () => {
    const module = await parse('(module (memory 1))');
    const flags = module.length - 2;
    expect(module.subarray(flags)).toEqual(new Uint8Array([0, 1]));
    module[flags] = 0x10;
    expect(() => limit(module, page)).toThrow(/expected a memory of a known kind/);
    expect(() => limit(module.subarray(0, -1), page)).toThrow(
      expect.objectContaining({ name: 'MalformedModuleError' }),
    );
  });
});
