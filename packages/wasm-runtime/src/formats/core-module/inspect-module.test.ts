import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { describe, expect, it } from 'vitest';
import { MalformedModuleError } from './errors.js';
import { inspectModule, type ModuleFacts } from './inspect-module.js';

async function inspect(text: string): Promise<ModuleFacts> {
  return inspectModule(await parse(`(module ${text})`));
}

/** One of every kind of immediate there is; an instruction read wrongly makes the rest of the code unreadable. */
const everyImmediate = `
  (type $unary (func (param i32) (result i32)))
  (type $pair (func (param i32 i64) (result i32 i64)))
  (import "host" "call" (func $host (type $unary)))
  (import "host" "base" (global $base i32))
  (memory $memory 1 2)
  (table $table 4 funcref)
  (tag $tag (param i32))
  (global $counter (mut i64) (i64.const -1))
  (global $start i32 (i32.add (global.get $base) (i32.const 8)))
  (elem $elem funcref (ref.func $host) (ref.null func))
  (elem (table $table) (i32.const 0) func $host)
  (data $data "passive")
  (data (i32.const 16) "active")
  (func $unary (export "unary") (type $unary) (return_call $host (local.get 0)))
  (func $indirect (type $unary) (return_call_indirect $table (type $unary) (local.get 0) (i32.const 0)))
  (func $pair (type $pair) (local i32 i32 i64 f32 f64 v128 funcref externref)
    (block (type $pair) (local.get 0) (local.get 1)))
  (func $control (param i32) (result f64)
    (block $a (block $b (block $c
      (br_table $a $b $c (local.get 0)))
      (loop $again (br_if $again (i32.eqz (local.tee 0 (i32.const -2147483648))))))
      (drop (select (result i32) (i32.const 1) (i32.const 2) (local.get 0))))
    (drop (call_indirect (type $unary) (i32.const 1) (i32.const 0)))
    (if (result f64) (local.get 0) (then (f64.const nan:0x8000000000001)) (else (f64.const 1))))
  (func $throws (result i32)
    (block $caught (result i32)
      (try_table (catch $tag $caught) (throw $tag (i32.const 1)))
      (i32.const 0)))
  (func $references (param funcref)
    (drop (ref.is_null (ref.null func)))
    (drop (ref.func $unary))
    (drop (table.get $table (i32.const 1)))
    (drop (table.size $table)))
  (func $memory-access
    (i64.store offset=4294967295 align=1 (i32.const 0) (i64.load32_s offset=128 (i32.const 0)))
    (memory.init $data (i32.const 0) (i32.const 0) (i32.const 1))
    (memory.copy (i32.const 0) (i32.const 8) (i32.const 1))
    (memory.fill (i32.const 0) (i32.const 8) (i32.const 1))
    (drop (i32.atomic.rmw.add offset=4 (i32.const 0) (i32.const 1)))
    (atomic.fence))
  (func $numbers
    (drop (i64.const -9223372036854775808))
    (drop (i32.trunc_sat_f32_s (f32.const nan)))
    (drop (i64.extend32_s (i64.extend8_s (global.get $counter))))
    (global.set $counter (i64.const 0)))
  (func $vectors
    (drop (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (v128.const i64x2 1 2) (i8x16.splat (i32.const 1))))
    (drop (i32x4.extract_lane 3 (v128.load64_zero offset=300 (i32.const 0))))
    (v128.store8_lane offset=3 15 (i32.const 0) (v128.load8_lane 1 (i32.const 0) (v128.const i64x2 1 2)))
    (v128.store (i32.const 0) (i32x4.dot_i16x8_s (v128.const i64x2 1 2) (v128.const i64x2 1 2)))
    (drop (i8x16.relaxed_swizzle (v128.const i64x2 1 2) (v128.const i64x2 1 2))))`;

describe('inspectModule', () => {
  it('reads every kind of instruction', async () => {
    const facts = await inspect(everyImmediate);
    expect(facts).toMatchObject({
      obstacle: undefined,
      writesTables: false,
      functionCount: 10,
      importedGlobals: 1,
      globals: [{ mutable: true }, { mutable: false }],
      memories: [{ minimum: 1 }],
      tables: [{ accessible: true }],
    });
    expect(facts.sizedMemories.size).toBe(0);
  });

  it.each([
    ['table.set', '(table.set 0 (i32.const 0) (ref.null func))'],
    ['table.grow', '(drop (table.grow 0 (ref.null func) (i32.const 1)))'],
    ['table.fill', '(table.fill 0 (i32.const 0) (ref.null func) (i32.const 1))'],
    ['table.copy', '(table.copy 0 0 (i32.const 0) (i32.const 1) (i32.const 1))'],
    ['table.init', '(table.init 0 0 (i32.const 0) (i32.const 0) (i32.const 0))'],
  ])('sees that %s writes a table', async (_, instruction) => {
    const facts = await inspect(`(table 2 funcref) (elem func) (func ${instruction})`);
    expect(facts).toMatchObject({ writesTables: true, obstacle: undefined });
  });

  it('sees which memories are sized, and where', async () => {
    const facts = await inspect(`
      (import "env" "memory" (memory $theirs 1)) (memory $ours 1)
      (func) (func (drop (memory.size $ours))) (func (drop (memory.grow $theirs (i32.const 1))))`);
    expect([...facts.sizedMemories].sort()).toEqual([0, 1]);
    expect([...facts.sizedFunctions]).toEqual([1, 2]);
    expect(facts.importedMemories).toEqual([{ module: 'env', name: 'memory' }]);
  });

  it('tells which tables JavaScript can restore', async () => {
    const { tables } = await inspect(
      '(type $f (func)) (table 1 funcref) (table 1 externref) (table 1 (ref null $f)) (table i64 1 funcref)',
    );
    expect(tables.map(({ accessible }) => accessible)).toEqual([true, true, false, false]);
  });

  it.each([
    ['data.drop', '(memory 1) (data "x") (func (data.drop 0))', 'drops data or element segments'],
    ['elem.drop', '(elem func) (func (elem.drop 0))', 'drops data or element segments'],
    ['a shared memory', '(memory 1 1 shared)', 'shared between threads'],
    ['a memory of 64 bits', '(memory i64 1)', 'memory of 64 bits'],
    ['a mutable vector', '(global (mut v128) (v128.const i64x2 0 0))', 'JavaScript has no access to'],
    ['objects of the garbage collector', '(func (drop (ref.i31 (i32.const 1))))', 'unknown instruction 0xfb'],
    [
      'the size of an imported memory and segments',
      '(import "e" "m" (memory 1)) (data (i32.const 0) "x") (func (drop (memory.size)))',
      'size of an imported memory',
    ],
  ])('names as an obstacle %s', async (_, text, obstacle) => {
    expect((await inspect(text)).obstacle).toContain(obstacle);
  });

  it('refuses two sections of a kind, whose items would be counted together', async () => {
    const section = [6, 6, 1, 0x7f, 1, 0x41, 0, 0x0b];
    const bytes = await parse('(module (global i32 (i32.const 0)))');
    expect(() => inspectModule(new Uint8Array([...bytes.subarray(0, 16), ...section]))).toThrow(
      'expected section 6 once',
    );
  });

  it('refuses every truncation and survives every change of a byte', async () => {
    const bytes = await parse(`(module ${everyImmediate})`);
    for (let length = 0; length < bytes.length; length++) {
      const failed = failure(bytes.subarray(0, length));
      if (failed !== undefined) expect(failed).toBeInstanceOf(MalformedModuleError);
    }
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0x00, 0x7f, 0x80, 0xff]) {
        const changed = bytes.with(at, value);
        const failed = failure(changed);
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
  ])('refuses %s', (_, section) => {
    const bytes = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...section]);
    expect(failure(bytes)).toMatchObject({ name: 'MalformedModuleError' });
  });
});

function failure(bytes: Uint8Array): unknown {
  try {
    inspectModule(bytes);
    return undefined;
  } catch (error) {
    return error;
  }
}
