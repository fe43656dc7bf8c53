import { componentEmbed, componentNew, parse } from '@bytecodealliance/jco-transpile/wasm-tools';

/** What the guest exports, and imports of whoever it is linked to. */
export const chainInterface = 'test:chain/links@1.0.0';

const wit = `
  package test:chain@1.0.0;

  /// Each function passes the call on with one less until nothing is left, and returns how often.
  interface links {
    count: func(n: u32) -> u32;
    /// The last one traps.
    trap: func(n: u32) -> u32;
    /// The last one waits for so long.
    wait: func(n: u32, ms: u32) -> u32;
  }

  world chain {
    import links;
    import wasi:io/poll@0.2.3;
    import wasi:clocks/monotonic-clock@0.2.3;
    export links;
  }

  package wasi:io@0.2.3 {
    interface poll { resource pollable { block: func(); } }
  }
  package wasi:clocks@0.2.3 {
    interface monotonic-clock {
      use wasi:io/poll@0.2.3.{pollable};
      subscribe-duration: func(when: u64) -> pollable;
    }
  }`;

const wat = `(module
  (import "${chainInterface}" "count" (func $count (param i32) (result i32)))
  (import "${chainInterface}" "trap" (func $trap (param i32) (result i32)))
  (import "${chainInterface}" "wait" (func $wait (param i32 i32) (result i32)))
  (import "wasi:clocks/monotonic-clock@0.2.3" "subscribe-duration" (func $after (param i64) (result i32)))
  (import "wasi:io/poll@0.2.3" "[method]pollable.block" (func $block (param i32)))
  (import "wasi:io/poll@0.2.3" "[resource-drop]pollable" (func $drop (param i32)))
  (func (export "${chainInterface}#count") (param $n i32) (result i32)
    (if (i32.eqz (local.get $n)) (then (return (i32.const 0))))
    (i32.add (i32.const 1) (call $count (i32.sub (local.get $n) (i32.const 1)))))
  (func (export "${chainInterface}#trap") (param $n i32) (result i32)
    (if (i32.eqz (local.get $n)) (then unreachable))
    (call $trap (i32.sub (local.get $n) (i32.const 1))))
  (func (export "${chainInterface}#wait") (param $n i32) (param $ms i32) (result i32)
    (local $timer i32)
    (if (local.get $n)
      (then (return (i32.add (i32.const 1)
        (call $wait (i32.sub (local.get $n) (i32.const 1)) (local.get $ms))))))
    (local.set $timer (call $after (i64.mul (i64.extend_i32_u (local.get $ms)) (i64.const 1000000))))
    (call $block (local.get $timer))
    (call $drop (local.get $timer))
    (i32.const 0)))`;

/** A component that calls whatever it is linked to by the interface it exports itself. */
export async function buildChainGuest(): Promise<Uint8Array> {
  const embedded = await componentEmbed({ binary: await parse(wat), witSource: wit, world: 'chain' });
  return await componentNew(embedded);
}
