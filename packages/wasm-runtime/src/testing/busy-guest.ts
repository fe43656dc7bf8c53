import { buildGuest } from './build-guest.js';

export const busyInterface = 'test:guest/busy@1.0.0';

/** A guest that computes without end, each function in its own way; `quick` answers at once. */
export function buildBusyGuest(): Promise<Uint8Array> {
  const name = (func: string): string => `"${busyInterface}#${func}"`;
  return buildGuest({
    wit: `
      world guest {
        export busy;
      }
      interface busy {
        resource thing {
          constructor(spins: bool);
        }
        quick: func() -> u32;
        /// A loop of so many rounds; returns their count.
        rounds: func(count: u64) -> u64;
        spin: func();
        /// Two calls of itself in each call, 60 deep.
        recurse: func() -> u32;
        /// The last call of each function is the other one.
        tail-calls: func();
        /// Fills and copies memory, which takes most of its time.
        fill-and-copy: func();
        /// Catches all that is thrown into it and goes on.
        catch-all: func();
        /// Its parameter needs memory, and getting memory takes for ever once it was called with "".
        allocate: func(text: string);
        /// What is to be done after it has returned takes for ever.
        post-return: func() -> string;
      }`,
    runtime: `
      (memory (export "memory") 128)
      (global $spins (mut i32) (i32.const 0))
      (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
        (if (global.get $spins) (then (call $forever)))
        (i32.const 1024))`,
    wat: `
      (import "[export]${busyInterface}" "[resource-new]thing" (func $new (param i32) (result i32)))
      ;; code
      (func $forever (loop $l (br $l)))
      (func (export ${name('quick')}) (result i32) (i32.const 7))
      (func (export ${name('rounds')}) (param i64) (result i64) (local i64)
        (loop $l
          (local.set 1 (i64.add (local.get 1) (i64.const 1)))
          (br_if $l (i64.lt_u (local.get 1) (local.get 0))))
        (local.get 1))
      (func (export ${name('spin')}) (call $forever))
      (func $recurse (param i32) (result i32)
        (if (result i32) (i32.eqz (local.get 0))
          (then (i32.const 1))
          (else (i32.add
            (call $recurse (i32.sub (local.get 0) (i32.const 1)))
            (call $recurse (i32.sub (local.get 0) (i32.const 1)))))))
      (func (export ${name('recurse')}) (result i32) (call $recurse (i32.const 60)))
      (func $tick (return_call $tock))
      (func $tock (return_call $tick))
      (func (export ${name('tail-calls')}) (call $tick))
      (func $fill-and-copy (export ${name('fill-and-copy')})
        (loop $again
          (memory.fill (i32.const 0) (i32.const 0) (i32.const 0x600000))
          (memory.copy (i32.const 0x200000) (i32.const 0) (i32.const 0x600000))
          (br $again)))
      (func (export ${name('catch-all')})
        (loop $again
          (block $caught (try_table (catch_all $caught) (call $forever)))
          (br $again)))
      (func (export ${name('allocate')}) (param i32 i32)
        (if (i32.eqz (local.get 1)) (then (global.set $spins (i32.const 1)))))
      (func (export ${name('post-return')}) (result i32) (i32.const 64))
      (func (export "cabi_post_${busyInterface}#post-return") (param i32) (call $forever))
      (func (export ${name('[constructor]thing')}) (param i32) (result i32) (call $new (local.get 0)))
      (func (export "${busyInterface}#[dtor]thing") (param i32) (if (local.get 0) (then (call $forever))))`,
  });
}
