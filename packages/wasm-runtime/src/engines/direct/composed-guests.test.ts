import { describe, expect, it } from 'vitest';
import { buildGuest } from '../../testing/build-guest.js';
import { composeGuests } from '../../testing/compose-guests.js';
import { buildCounterGuest, countersInterface } from '../../testing/counter-guest.js';
import { createDirectEngine } from './direct-engine.js';

const sumsInterface = 'test:guest/sums@1.0.0';

/** Counts with counters of another component. */
function buildSumGuest(): Promise<Uint8Array> {
  return buildGuest({
    wit: `
      world guest { import counters; export sums; }
      interface counters {
        resource counter {
          constructor(start: u32);
          add: func(n: u32) -> u32;
          make: static func(start: option<u32>) -> result<counter, string>;
        }
        finish: func(counter: counter) -> u32;
      }
      interface sums {
        of: func(numbers: list<u32>) -> u32;
        failure: func() -> result<_, string>;
      }`,
    wat: `
      (import "${countersInterface}" "[constructor]counter" (func $new (param i32) (result i32)))
      (import "${countersInterface}" "[method]counter.add" (func $add (param i32 i32) (result i32)))
      (import "${countersInterface}" "[static]counter.make" (func $make (param i32 i32 i32)))
      (import "${countersInterface}" "finish" (func $finish (param i32) (result i32)))
      ;; code
      (func (export "${sumsInterface}#of") (param $at i32) (param $count i32) (result i32)
        (local $counter i32)
        (local.set $counter (call $new (i32.const 0)))
        (block $done (loop $next
          (br_if $done (i32.eqz (local.get $count)))
          (drop (call $add (local.get $counter) (i32.load (local.get $at))))
          (local.set $at (i32.add (local.get $at) (i32.const 4)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $next)))
        (call $finish (local.get $counter)))
      (func (export "${sumsInterface}#failure") (result i32)
        (call $make (i32.const 0) (i32.const 0) (i32.const 16))
        (i32.const 16))`,
  });
}

describe('two guests of a toolchain in one component', () => {
  it('share resources and texts, and are reset together', async () => {
    const bytes = composeGuests(await buildCounterGuest(), await buildSumGuest(), {
      shared: countersInterface,
      exported: sumsInterface,
    });
    const compiled = await createDirectEngine().compile(bytes, { component: 'sums', suspends: () => false });
    expect(compiled.types.imports).toEqual([]);
    for (let i = 0; i < 3; i++) {
      const instance = await compiled.instantiate(new Map());
      expect(await instance.call(sumsInterface, 'of', [[1, 2, 39]])).toBe(42);
      expect(await instance.call(sumsInterface, 'failure', [])).toEqual({ tag: 'err', val: 'no start' });
      instance.release?.();
    }
    compiled.dispose?.();
  });
});
