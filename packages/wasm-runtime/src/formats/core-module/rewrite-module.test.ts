import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { describe, expect, it } from 'vitest';
import { webAssembly } from '../../engines/web-assembly.js';
import { guestBacktrace } from '../../traps/guest-backtrace.js';
import type { Cursor } from './cursor.js';
import { MalformedModuleError } from './errors.js';
import { type RewrittenModule, rewriteModule } from './rewrite-module.js';
import { sectionIds, sectionsOf } from './sections.js';
import {
  everyAccess,
  everyInstruction,
  everyLegacyException,
  everyVector,
} from './testing/every-instruction.js';
import { call, type Exports, linkRewritten } from './testing/link-rewritten.js';

async function rewrite(text: string): Promise<RewrittenModule> {
  return rewriteModule(await parse(`(module ${text})`));
}

function global(exports: Exports, name: string | undefined): { value: unknown } {
  return exports[name ?? ''] as { value: unknown };
}

const sizing = `
  (func (export "size") (result i32) (memory.size))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "touch") (param i32) (i32.store8 (local.get 0) (i32.const 1)))`;

describe('the state of a rewritten module', () => {
  it('is in what the host makes, and in exports; the rest stays as it is', async () => {
    const module = await rewrite(
      `(memory 1) (table 3 funcref) (elem (i32.const 0) func $get)
       (global $hidden (mut i64) (i64.const 7)) (global $constant i32 (i32.const 1))
       (func $get (export "get") (result i64) (global.get $hidden))`,
    );
    const { exports, memories } = await linkRewritten(module);
    const [hidden, pages, refused] = module.globals;
    expect(module.globals).toHaveLength(3);
    expect(global(exports, hidden).value).toBe(7n);
    expect(global(exports, pages).value).toBe(1);
    expect(global(exports, refused).value).toBe(0);
    global(exports, hidden).value = 9n;
    expect(call(exports, 'get')).toBe(9n);
    expect(memories.map(({ buffer }) => buffer.byteLength)).toEqual([65536]);
    expect((exports[module.tables[0] ?? ''] as { get(index: number): unknown }).get(0)).toBe(exports.get);
  });

  it('has names that clash with none of the module', async () => {
    const module = await rewrite(`
      (import "wasmlattice:1:" "f" (func)) (global (export "wasmlattice:0:global0") (mut i32) (i32.const 1))`);
    const { exports } = await linkRewritten(module, { 'wasmlattice:1:': { f: () => undefined } });
    expect(module.word.module).toBe('wasmlattice:2:');
    global(exports, module.globals[0]).value = 5;
    expect(global(exports, 'wasmlattice:0:global0').value).toBe(5);
  });

  it.each([
    ['table.set', '(table.set 0 (i32.const 0) (ref.null func))'],
    ['table.grow', '(drop (table.grow 0 (ref.null func) (i32.const 1)))'],
    ['table.fill', '(table.fill 0 (i32.const 0) (ref.null func) (i32.const 1))'],
    ['table.copy', '(table.copy 0 0 (i32.const 0) (i32.const 1) (i32.const 1))'],
    ['table.init', '(table.init 0 0 (i32.const 0) (i32.const 0) (i32.const 0))'],
  ])('includes tables where %s writes them', async (_, instruction) => {
    const text = (code: string): string => `(table 2 funcref) (elem func) (func ${code})`;
    expect(await rewrite(text(instruction))).toMatchObject({ writesTables: true, obstacle: undefined });
    expect(await rewrite(text('(drop (table.get 0 (i32.const 0)))'))).toMatchObject({ writesTables: false });
  });

  it.each([
    ['drops an element segment', '(elem func) (func (elem.drop 0))', 'it drops data or element segments'],
    ['drops a data segment', '(data $d "x") (func (data.drop $d))', 'it drops data or element segments'],
    [
      'has a vector for a global',
      '(global (mut v128) (v128.const i64x2 0 0))',
      'it has mutable globals of a type that JavaScript has no access to',
    ],
  ])('can not be restored where it %s', async (_, text, obstacle) => {
    expect((await rewrite(text)).obstacle).toBe(obstacle);
  });
});

describe('a memory', () => {
  it('is shown in the size its global says, after it was larger', async () => {
    const module = await rewrite(`(memory 1 4) ${sizing}`);
    const { exports } = await linkRewritten(module);
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

  it('does not grow beyond its limit, nor by amounts that overflow', async () => {
    const { exports } = await linkRewritten(await rewrite(`(memory 2 3) ${sizing}`));
    expect(call(exports, 'grow', 2)).toBe(-1);
    expect(call(exports, 'grow', -1)).toBe(-1);
    expect(call(exports, 'grow', 65534)).toBe(-1);
    expect(call(exports, 'size')).toBe(2);
    expect(call(exports, 'grow', 1)).toBe(2);
    expect(call(exports, 'grow', 1)).toBe(-1);
  });

  it('notes what it was refused, until it grows', async () => {
    const module = await rewrite(`(memory 2 3) ${sizing}`);
    const { exports } = await linkRewritten(module);
    const refused = global(exports, module.memories[0]?.refused);
    call(exports, 'grow', 2);
    expect(refused.value).toBe(2);
    call(exports, 'grow', -1);
    expect(refused.value).toBe(-1);
    call(exports, 'grow', 1);
    expect(refused.value).toBe(0);
  });

  it('of 64 bits is grown and shown in the same way', async () => {
    const module = await rewrite(`
      (memory i64 1 4)
      (func (export "size") (result i64) (memory.size))
      (func (export "grow") (param i64) (result i64) (memory.grow (local.get 0)))`);
    const { exports } = await linkRewritten(module);
    expect(call(exports, 'grow', 2n)).toBe(1n);
    expect(call(exports, 'size')).toBe(3n);
    global(exports, module.memories[0]?.pages).value = 1n;
    expect(call(exports, 'size')).toBe(1n);
    expect(call(exports, 'grow', -1n)).toBe(-1n);
    expect(call(exports, 'grow', 4n)).toBe(-1n);
    expect(global(exports, module.memories[0]?.refused).value).toBe(4n);
    expect(call(exports, 'grow', 3n)).toBe(1n);
  });

  it('is kept apart from others', async () => {
    const module = await rewrite(`
      (memory $a 1) (memory $b 5)
      (func (export "grow-b") (result i32) (memory.grow $b (i32.const 1)))
      (func (export "sizes") (result i32 i32) (memory.size $a) (memory.size $b))`);
    const { exports } = await linkRewritten(module);
    expect(call(exports, 'grow-b')).toBe(5);
    expect(call(exports, 'sizes')).toEqual([1, 6]);
    global(exports, module.memories[1]?.pages).value = 5;
    expect(call(exports, 'sizes')).toEqual([1, 5]);
  });

  it('that is imported is grown by the functions of its owner, whatever else the module has', async () => {
    const owner = await rewrite(`(memory (export "memory") 1) ${sizing}`);
    const library = await rewrite(`
      (import "env" "base" (global $base i32)) (import "env" "memory" (memory 0)) (import "env" "f" (func $f))
      (global $own (mut i32) (i32.const 5)) (global (export "shown") i32 (i32.const 6))
      (table 1 funcref) (elem (offset (i32.const 0)) func $f) (data (global.get $base) "data of a library")
      (func (export "add") (result i32) (memory.grow (i32.const 2)))
      (func (export "sizes") (result i32) (memory.size))
      (func (export "sum") (result i32) (call $f)
        (global.set $own (i32.add (global.get $own) (global.get $base))) (global.get $own))`);
    const owned = await linkRewritten(owner);
    const [memory] = owner.memories;
    const { exports } = await linkRewritten(
      library,
      { env: { base: 3, memory: owned.exports.memory, f: () => undefined } },
      [{ size: owned.exports[memory?.size ?? ''], grow: owned.exports[memory?.grow ?? ''] }],
    );
    expect(library.importedMemories).toEqual([{ module: 'env', name: 'memory', isWide: false }]);
    expect(Buffer.from(owned.memories[0]?.buffer ?? new ArrayBuffer(0), 3, 4).toString()).toBe('data');
    expect(call(exports, 'add')).toBe(1);
    expect(call(exports, 'sizes')).toBe(3);
    expect(call(owned.exports, 'size')).toBe(3);
    expect(call(owned.exports, 'grow', 1)).toBe(3);
    expect(call(exports, 'sum')).toBe(8);
    expect(global(exports, 'shown').value).toBe(6);
    expect(global(exports, library.globals[0]).value).toBe(8);
  });
});

describe('data', () => {
  it('is apart from the code, which is the same for modules that differ in data only', async () => {
    const text = (data: string): string => `(memory 1) (data (i32.const 8) "${data}") (func (export "f"))`;
    const [one, other] = [await rewrite(text('one')), await rewrite(text('another'))];
    expect(one.bytes).toEqual(other.bytes);
    expect(other.data).toEqual([{ memory: 0, offset: 8, bytes: Uint8Array.from(Buffer.from('another')) }]);
  });

  it('goes where an expression says', async () => {
    const module = await rewrite(`
      (import "env" "base" (global $base i32)) (memory $a 1) (memory $b 1)
      (global $next i32 (i32.const 40))
      (data (memory $b) (offset (i32.add (global.get $base) (i32.const 2))) "b")
      (data (memory $a) (offset (global.get $next)) "a")`);
    const { memories } = await linkRewritten(module, { env: { base: 10 } });
    const [a, b] = memories.map(({ buffer }) => Buffer.from(buffer));
    expect(a?.indexOf('a')).toBe(40);
    expect(b?.indexOf('b')).toBe(12);
  });

  it('has an address without sign', async () => {
    const module = await rewrite('(memory 1) (data (offset (i32.const -65496)) "a")');
    expect(module.data[0]?.offset).toBe(2 ** 32 - 65496);
  });

  it('that is passive stays, and an active segment counts as dropped', async () => {
    const module = await rewrite(`
      (memory 1) (data $active (i32.const 0) "active") (data $passive "passive")
      (func (export "init") (memory.init $passive (i32.const 16) (i32.const 0) (i32.const 7)))
      (func (export "nothing") (memory.init $active (i32.const 16) (i32.const 0) (i32.const 0)))
      (func (export "gone") (memory.init $active (i32.const 16) (i32.const 0) (i32.const 1)))`);
    const { exports, memories } = await linkRewritten(module);
    call(exports, 'init');
    call(exports, 'nothing');
    expect(() => call(exports, 'gone')).toThrow('memory access out of bounds');
    expect(Buffer.from(memories[0]?.buffer ?? new ArrayBuffer(0), 0, 23).toString()).toMatch(
      /^active.*passive$/s,
    );
  });
});

describe('a check', () => {
  const looping = `
    (func $leaf (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
    (func (export "leaf") (result i32) (call $leaf (i32.const 1)))
    (func (export "loop") (param i32) (loop $l
      (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "plain") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3)))
    (func (export "values") (param i32) (result i32)
      (i32.const 100) (loop $l (param i32) (result i32)
        (i32.add (local.get 0))
        (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))`;

  it('comes with each round of a loop and with each function that calls another', async () => {
    const linked = await linkRewritten(await rewrite(looping));
    const checksOf = (name: string, ...args: number[]): number => {
      const before = linked.checks;
      call(linked.exports, name, ...args);
      return linked.checks - before;
    };
    linked.ask(true);
    expect(checksOf('leaf')).toBe(1);
    expect(checksOf('loop', 10)).toBe(10);
    expect(checksOf('plain', 1)).toBe(0);
    expect(call(linked.exports, 'values', 4)).toBe(110);
    linked.ask(false);
    expect(checksOf('loop', 10)).toBe(0);
  });

  it('comes before each call of the host, each throw and each work on a table', async () => {
    const linked = await linkRewritten(
      await rewrite(`
        (import "host" "f" (func $host)) (tag $tag) (table 4 funcref) (elem $e funcref (ref.null func))
        (func (export "host") (call $host) (call $host))
        (func (export "throws") (block $b (try_table (catch_all $b) (throw $tag))))
        (func (export "tables")
          (table.fill 0 (i32.const 0) (ref.null func) (i32.const 1))
          (table.copy 0 0 (i32.const 0) (i32.const 0) (i32.const 1))
          (table.init 0 $e (i32.const 0) (i32.const 0) (i32.const 1))
          (drop (table.grow 0 (ref.null func) (i32.const 1))))`),
      { host: { f: () => undefined } },
    );
    linked.ask(true);
    const checksOf = (name: string): number => {
      const before = linked.checks;
      call(linked.exports, name);
      return linked.checks - before;
    };
    expect(checksOf('host')).toBe(3);
    expect(checksOf('throws')).toBe(1);
    expect(checksOf('tables')).toBe(4);
  });

  it('comes with each function that is long, and with each call beyond 256', async () => {
    const linked = await linkRewritten(
      await rewrite(`
        (memory 1) (func $leaf)
        (func (export "calls") ${'(call $leaf)'.repeat(300)})
        (func (export "long") ${'(drop (i32.const 1))'.repeat(6000)})
        (func (export "not-long") ${'(drop (i32.const 1))'.repeat(600)})
        (func (export "grow") ${'(drop (memory.grow (i32.const 0)))'.repeat(100)})`),
    );
    linked.ask(true);
    const checksOf = (name: string): number => {
      const before = linked.checks;
      call(linked.exports, name);
      return linked.checks - before;
    };
    expect(checksOf('calls')).toBe(1 + 44);
    expect(checksOf('long')).toBe(1);
    expect(checksOf('not-long')).toBe(0);
    expect(checksOf('grow')).toBe(100);
  });

  it('is nowhere in a module that nobody interrupts', async () => {
    const binary = await parse(`(module (memory 20) ${looping}
      (func (export "fill") (memory.fill (i32.const 0) (i32.const 7) (i32.const 1300000)))
      (func (export "copy") (memory.copy (i32.const 4) (i32.const 0) (i32.const 1300000))))`);
    const unchecked = rewriteModule(binary, { checks: false });
    expect(unchecked.bytes.length).toBeLessThan(rewriteModule(binary).bytes.length);
    const linked = await linkRewritten(unchecked);
    linked.ask(true);
    call(linked.exports, 'leaf');
    call(linked.exports, 'loop', 10);
    call(linked.exports, 'fill');
    call(linked.exports, 'copy');
    expect(call(linked.exports, 'values', 4)).toBe(110);
    expect(linked.checks).toBe(0);
    expect(new Uint8Array(linked.memories[0]?.buffer ?? new ArrayBuffer(0))[1_300_003]).toBe(7);
  });

  it('finds nobody to ask before the host has said who that is', async () => {
    const module = await rewrite(`(memory 1) (func $start (loop)) (start $start)`);
    expect(module.start).toBeDefined();
    const { exports } = await linkRewritten(module);
    expect(call(exports, module.start ?? '')).toBeUndefined();
  });

  it.each(['i32', 'i64'])('divides a long copy or fill of a memory of %s', async (type) => {
    const module = await rewrite(`
      (memory ${type} 80) (memory $other 80)
      (func (export "fill") (param ${type} i32 ${type})
        (memory.fill (local.get 0) (local.get 1) (local.get 2)))
      (func (export "copy") (param ${type} ${type} ${type})
        (memory.copy (local.get 0) (local.get 1) (local.get 2)))
      (func (export "out") (param i32 ${type} i32)
        (memory.copy $other 0 (local.get 0) (local.get 1) (local.get 2)))`);
    const linked = await linkRewritten(module);
    const [memory, other] = linked.memories.map(({ buffer }) => new Uint8Array(buffer));
    const model = Uint8Array.from({ length: 80 * 65536 }, (_, index) => (index * 7) % 251);
    memory?.set(model);
    const address = (value: number): number | bigint => (type === 'i64' ? BigInt(value) : value);
    const megabyte = 1024 * 1024;
    const operations: readonly [string, number, number, number][] = [
      ['fill', 100, 9, 2 * megabyte + 1],
      ['copy', 1, 300, 3 * megabyte],
      ['copy', 300, 1, 3 * megabyte + 5],
      ['copy', 2 * megabyte, 0, 2 * megabyte],
      ['copy', 5, 5, 3 * megabyte],
      ['fill', 1000, 4, 3],
      ['copy', 3, 70, 4096],
      ['copy', 3, 70, 4097],
    ];
    linked.ask(true);
    for (const [name, to, from, length] of operations) {
      const before = linked.checks;
      const middle = name === 'fill' ? from : address(from);
      call(linked.exports, name, address(to), middle, address(length));
      if (name === 'fill') model.fill(from, to, to + length);
      else model.copyWithin(to, from, from + length);
      expect(Buffer.compare(memory ?? model, model)).toBe(0);
      expect(linked.checks - before).toBe(length > 4096 ? Math.ceil(length / megabyte) : 0);
    }
    call(linked.exports, 'out', 7, address(9), 2 * megabyte);
    expect(
      Buffer.compare(other?.subarray(7, 7 + 2 * megabyte) ?? model, model.subarray(9, 9 + 2 * megabyte)),
    ).toBe(0);
  });

  it.each(['i32', 'i64'])('divides a long copy out of a segment into a memory of %s', async (type) => {
    const module = await rewrite(`
      (memory ${type} 48) (data $d "${'0123456789'.repeat(250_000)}")
      (func (export "init") (param ${type} i32 i32)
        (memory.init $d (local.get 0) (local.get 1) (local.get 2)))
      (func (export "drop") (data.drop $d))`);
    const linked = await linkRewritten(module);
    const [memory] = linked.memories.map(({ buffer }) => Buffer.from(buffer));
    const init = (to: number, from: number, length: number): unknown =>
      call(linked.exports, 'init', type === 'i64' ? BigInt(to) : to, from, length);
    linked.ask(true);
    init(7, 3, 2_400_001);
    expect(linked.checks).toBe(3);
    expect(memory?.toString('latin1', 0, 12)).toBe('\0\0\0\0\0\0\x0034567');
    expect(memory?.toString('latin1', 2_400_004, 2_400_010)).toBe('0123\0\0');
    memory?.fill(0);
    for (const [to, from, length] of [
      [0, 1, 2_500_000],
      [700_000, 0, 2_500_000],
      [0, -1, 2_000_000],
      [0, 0, -1],
      [-1, 0, 2_000_000],
    ] as const) {
      expect(() => init(to, from, length)).toThrow('out of bounds');
    }
    call(linked.exports, 'drop');
    expect(() => init(0, 0, 2_000_000)).toThrow('out of bounds');
    expect(() => init(0, 0, 5)).toThrow('out of bounds');
    init(0, 0, 0);
    expect(memory?.some((byte) => byte !== 0)).toBe(false);
  });

  it('leaves a long copy or fill that does not fit to trap before it has written anything', async () => {
    const module = await rewrite(`
      (memory 20)
      (func (export "fill") (memory.fill (i32.const 65536) (i32.const 1) (i32.const 1300000)))
      (func (export "copy") (memory.copy (i32.const 65536) (i32.const 0) (i32.const 1300000)))
      (func (export "huge") (memory.copy (i32.const -1) (i32.const 0) (i32.const -1)))
      (data (i32.const 0) "data")`);
    const { exports, memories } = await linkRewritten(module);
    for (const name of ['fill', 'copy', 'huge']) {
      expect(() => call(exports, name)).toThrow('memory access out of bounds');
    }
    expect(
      new Uint8Array(memories[0]?.buffer ?? new ArrayBuffer(0)).subarray(4).some((byte) => byte !== 0),
    ).toBe(false);
  });
});

it('keeps the names of functions for stack traces and drops what would be wrong', async () => {
  const module = await rewrite(
    `(@custom ".debug_info" "positions") (memory 1) (func $named (drop (memory.size)) unreachable) (export "f" (func $named))`,
  );
  expect(Buffer.from(module.bytes).includes('.debug_info')).toBe(false);
  const { exports } = await linkRewritten(module);
  expect(() => call(exports, 'f')).toThrow(
    expect.objectContaining({ stack: expect.stringContaining('named') }),
  );
});

describe('a function that was added', () => {
  it.each([
    ['has names', '$app', '$main', 'main (app:wasm-function[0])'],
    ['has a name itself only', '$app', '', 'app:wasm-function[0]'],
    ['has none', '', '', 'wasm-function[0]'],
  ])('is told from those of a module that %s', async (_, name, func, own) => {
    const module = rewriteModule(
      await parse(`(module ${name} (memory 1)
        (func ${func} (export "f") (memory.fill (i32.const -1) (i32.const 0) (i32.const 9))))`),
    );
    const { exports } = await linkRewritten(module);
    let thrown: unknown;
    try {
      call(exports, 'f');
    } catch (error) {
      thrown = error;
    }
    expect((thrown as Error).stack).toMatch(/at (app\.)?wasmlattice:memory\.fill \(wasm:/);
    expect(guestBacktrace([thrown])).toBe(`    at ${own}`);
  });
});

it('tells V8 of each check that it is hardly ever to ask', async () => {
  const { bytes } = await rewrite(everyInstruction);
  const sections = [...sectionsOf(bytes)];
  const hints = sections.find(({ id, content }) => id === 0 && bytes[content.pos + 1] === 'm'.charCodeAt(0));
  const code = sections.find(({ id }) => id === sectionIds.code)?.content as Cursor;
  const bodies: Cursor[] = [];
  code.each(() => bodies.push(code.slice(code.u32())));
  const cursor = hints?.content as Cursor;
  expect(cursor.name()).toBe('metadata.code.branch_hint');
  let checks = 0;
  let last = 0;
  cursor.each(() => {
    const index = cursor.u32();
    expect(index).toBeGreaterThan(last);
    last = index;
    // One function is imported.
    const body = bodies[index - 1] as Cursor;
    cursor.each(() => {
      const at = body.pos + cursor.u32();
      // i32.load of the second memory, if, call
      expect([...bytes.subarray(at - 4, at + 3)]).toEqual([0x28, 0x42, 1, 0, 0x04, 0x40, 0x10]);
      expect([cursor.u32(), cursor.u32()]).toEqual([1, 0]);
      checks++;
    });
  });
  expect(cursor.done).toBe(true);
  expect(checks).toBe(8);
});

describe('a module', () => {
  it('is valid with every kind of instruction, as it was', async () => {
    const module = await rewrite(everyInstruction);
    expect(module).toMatchObject({ writesTables: false, obstacle: undefined, hasHiddenTables: false });
    await webAssembly.compile(module.bytes);
  });

  it.each([
    ['access to memories and tables', everyAccess],
    ['legacy exceptions', everyLegacyException],
    ['vectors', everyVector],
  ])('is valid with %s of every kind, as it was', async (_, text) => {
    const bytes = await parse(`(module ${text})`);
    await webAssembly.compile(bytes);
    await webAssembly.compile(rewriteModule(bytes).bytes);
  });

  it('is refused with an instruction nobody here knows, by its code', async () => {
    const wide = '(func (param i64) (result i64 i64) (i64.mul_wide_s (local.get 0) (local.get 0)))';
    await expect(rewrite(wide)).rejects.toThrow('found the unknown instruction 0xfc 0x15 (at byte');
  });

  it('is refused with an instruction of the garbage collection proposal, by the name of that', async () => {
    await expect(rewrite('(func (drop (ref.i31 (i32.const 1))))')).rejects.toMatchObject({
      name: 'UnsupportedModuleError',
      message: expect.stringContaining('garbage collection proposal'),
    });
  });

  it.each([
    ['loads from', '(func (drop (i32.load 1 (i32.const 0))))'],
    ['stores to', '(func (i64.store8 1 (i32.const 0) (i64.const 0)))'],
    ['loads vectors from', '(func (drop (v128.load32_lane 1 1 (i32.const 0) (v128.const i64x2 0 0))))'],
    ['changes atomically', '(func (drop (i32.atomic.rmw.xchg 1 (i32.const 0) (i32.const 0))))'],
    ['sizes', '(func (drop (memory.size 1)))'],
    ['grows', '(func (drop (memory.grow 1 (i32.const 0))))'],
    ['fills', '(func (memory.fill 1 (i32.const 0) (i32.const 0) (i32.const 0)))'],
    ['copies into', '(func (memory.copy 1 0 (i32.const 0) (i32.const 0) (i32.const 0)))'],
    ['copies out of', '(func (memory.copy 0 1 (i32.const 0) (i32.const 0) (i32.const 0)))'],
    [
      'writes a segment to',
      '(data $d "") (func (memory.init 1 $d (i32.const 0) (i32.const 0) (i32.const 0)))',
    ],
    ['has data for', '(data (memory 1) (i32.const 0) "x")'],
    ['exports', '(export "m" (memory 1))'],
  ])('is refused when it %s the memory that stands behind its own', async (_, code) => {
    await expect(rewrite(`(memory 1) ${code}`)).rejects.toThrow(MalformedModuleError);
  });

  it.each([
    ['gets from', '(func (drop (table.get 1 (i32.const 0))))'],
    ['sets', '(func (table.set 1 (i32.const 0) (ref.null func)))'],
    ['grows', '(func (drop (table.grow 1 (ref.null func) (i32.const 0))))'],
    ['fills', '(func (table.fill 1 (i32.const 0) (ref.null func) (i32.const 0)))'],
    ['copies into', '(func (table.copy 1 0 (i32.const 0) (i32.const 0) (i32.const 0)))'],
    ['copies out of', '(func (table.copy 0 1 (i32.const 0) (i32.const 0) (i32.const 0)))'],
    ['initializes', '(elem $e func) (func (table.init 1 $e (i32.const 0) (i32.const 0) (i32.const 0)))'],
    ['calls through', '(func (call_indirect 1 (i32.const 0)))'],
    ['ends in a call through', '(func (return_call_indirect 1 (i32.const 0)))'],
    ['sizes', '(func (drop (table.size 1)))'],
    ['exports', '(export "t" (table 1))'],
  ])('is refused when it %s the table that stands behind its own', async (_, code) => {
    await expect(rewrite(`(table 1 funcref) ${code}`)).rejects.toThrow(MalformedModuleError);
  });

  it('is refused wherever it is cut, and survives every change of a byte', async () => {
    const bytes = await parse(`(module ${everyInstruction})`);
    for (let length = 0; length < bytes.length; length++) {
      const failed = failure(bytes.subarray(0, length));
      if (failed !== undefined) expect(failed).toBeInstanceOf(MalformedModuleError);
    }
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0x00, 0x7f, 0x80, 0xff]) {
        const failed = failure(bytes.with(at, value));
        if (failed !== undefined) expect(failed).toBeInstanceOf(MalformedModuleError);
      }
    }
  });

  it.each([
    ['a section longer than the file', [0x01, 0xff, 0xff, 0xff, 0xff, 0x0f]],
    ['more items than bytes', [0x03, 0x05, 0xff, 0xff, 0xff, 0xff, 0x0f]],
    ['a number without end', [0x03, 0x06, 0x01, 0x80, 0x80, 0x80, 0x80, 0x80]],
    ['a function longer than its section', [0x0a, 0x03, 0x01, 0x7f, 0x00]],
    [
      'a jump table of four billion labels',
      [0x0a, 0x09, 0x01, 0x07, 0x00, 0x0e, 0xff, 0xff, 0xff, 0xff, 0x0f],
    ],
  ])('is refused with %s', (_, section) => {
    const bytes = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...section]);
    expect(failure(bytes)).toMatchObject({ name: 'MalformedModuleError' });
  });
});

function failure(bytes: Uint8Array): unknown {
  try {
    rewriteModule(bytes);
    return undefined;
  } catch (error) {
    return error;
  }
}
