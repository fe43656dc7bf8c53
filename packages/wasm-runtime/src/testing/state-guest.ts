import type { HostImports } from '../engines/engine.js';
import { buildGuest } from './build-guest.js';
import { hostImport } from './host-import.js';

export const stateInterface = 'test:guest/state@1.0.0';

/** A guest that shows and changes every kind of state an instance has. */
export function buildStateGuest(): Promise<Uint8Array> {
  return buildGuest({
    wit: `
      world guest {
        import test:host/tokens@0.1.0;
        export state;
      }
      interface state {
        /// Addresses count from the start of the memory, modulo its size.
        peek: func(address: u32) -> u8;
        poke: func(address: u32, value: u8);
        /// A sum over every byte of the memory.
        digest: func() -> u32;
        size: func() -> u32;
        grow: func(pages: u32) -> s32;
        bump: func() -> u32;
        set-float: func(bits: u64) -> u64;
        /// Address of the next allocation.
        allocate: func(size: u32) -> u32;
        table-size: func() -> u32;
        set-entry: func(index: u32, value: u32);
        call-entry: func(index: u32) -> u32;
        /// The number of a new handle, which stays in the guest's table.
        keep-thing: func() -> u32;
        keep-token: func() -> u32;
        drop-handle: func(handle: u32);
        echo: func(bytes: list<u8>) -> list<u8>;
        wait: func() -> u32;
        trap: func();
        resource thing { constructor(value: u32); value: func() -> u32; }
      }
      package test:host@0.1.0 {
        interface tokens {
          resource token;
          acquire: func() -> token;
          wait: func();
        }
      }`,
    wat: `
      (import "test:host/tokens@0.1.0" "acquire" (func $acquire (result i32)))
      (import "test:host/tokens@0.1.0" "wait" (func $wait))
      (import "test:host/tokens@0.1.0" "[resource-drop]token" (func $drop-token (param i32)))
      (import "[export]${stateInterface}" "[resource-new]thing" (func $new-thing (param i32) (result i32)))
      ;; code
      (table $table 4 funcref)
      (elem (table $table) (i32.const 0) func $zero $one)
      (elem declare func $zero $one)
      (data (i32.const 512) "first state")
      (data (i32.const 57344) "far from the rest")
      (global $count (mut i32) (i32.const 41))
      (global $float (mut f64) (f64.const 0.5))
      (type $entry (func (result i32)))
      (func $zero (type $entry) (i32.const 1000))
      (func $one (type $entry) (i32.add (global.get $count) (i32.const 2000)))
      (func $bytes (result i32) (i32.mul (memory.size) (i32.const 65536)))
      (func (export "${stateInterface}#peek") (param i32) (result i32)
        (i32.load8_u (i32.rem_u (local.get 0) (call $bytes))))
      (func (export "${stateInterface}#poke") (param i32 i32)
        (i32.store8 (i32.rem_u (local.get 0) (call $bytes)) (local.get 1)))
      (func (export "${stateInterface}#digest") (result i32)
        (local $at i32) (local $sum i32)
        (loop $next
          (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31)) (i32.load (local.get $at))))
          (local.set $at (i32.add (local.get $at) (i32.const 4)))
          (br_if $next (i32.lt_u (local.get $at) (call $bytes))))
        (local.get $sum))
      (func (export "${stateInterface}#size") (result i32) (memory.size))
      (func (export "${stateInterface}#grow") (param i32) (result i32) (memory.grow (local.get 0)))
      (func (export "${stateInterface}#bump") (result i32)
        (global.set $count (i32.add (global.get $count) (i32.const 1)))
        (global.get $count))
      (func (export "${stateInterface}#set-float") (param i64) (result i64)
        (local $old f64)
        (local.set $old (global.get $float))
        (global.set $float (f64.reinterpret_i64 (local.get 0)))
        (i64.reinterpret_f64 (local.get $old)))
      (func (export "${stateInterface}#allocate") (param i32) (result i32)
        (call $alloc (i32.const 0) (i32.const 0) (i32.const 1) (local.get 0)))
      (func (export "${stateInterface}#table-size") (result i32) (table.size $table))
      (func (export "${stateInterface}#set-entry") (param i32 i32)
        (table.set $table (i32.rem_u (local.get 0) (table.size $table))
          (if (result funcref) (local.get 1) (then (ref.func $one)) (else (ref.func $zero)))))
      (func (export "${stateInterface}#call-entry") (param i32) (result i32)
        (local.set 0 (i32.rem_u (local.get 0) (table.size $table)))
        (if (result i32) (ref.is_null (table.get $table (local.get 0)))
          (then (i32.const 0))
          (else (call_indirect $table (type $entry) (local.get 0)))))
      (func (export "${stateInterface}#keep-thing") (result i32) (call $new-thing (i32.const 7)))
      (func (export "${stateInterface}#keep-token") (result i32) (call $acquire))
      (func (export "${stateInterface}#drop-handle") (param i32) (call $drop-token (local.get 0)))
      (func (export "${stateInterface}#echo") (param i32 i32) (result i32)
        (i32.store (i32.const 80) (local.get 0))
        (i32.store (i32.const 84) (local.get 1))
        (i32.const 80))
      (func (export "${stateInterface}#wait") (result i32) (call $wait) (global.get $count))
      (func (export "${stateInterface}#trap") unreachable)
      (func (export "${stateInterface}#[constructor]thing") (param i32) (result i32)
        (call $new-thing (local.get 0)))
      (func (export "${stateInterface}#[method]thing.value") (param i32) (result i32) (local.get 0))`,
  });
}

export function stateGuestSuspends(_instance: string, func: string): boolean {
  return func === 'wait';
}

/** What the state guest imports; `disposed` counts the tokens that came back. */
export function stateGuestImports(): { readonly imports: HostImports; readonly disposed: () => number } {
  let disposed = 0;
  class Token {
    [Symbol.dispose](): void {
      disposed++;
    }
  }
  const tokens = {
    Token,
    acquire: () => new Token(),
    wait: () => new Promise<void>((resolve) => setImmediate(resolve)),
  };
  return { imports: new Map([['test:host/tokens@0.1.0', hostImport(tokens)]]), disposed: () => disposed };
}
