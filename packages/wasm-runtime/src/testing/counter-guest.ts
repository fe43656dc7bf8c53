import { buildGuest } from './build-guest.js';

export const countersInterface = 'test:guest/counters@1.0.0';

/** A guest that defines a resource. Each of its functions that takes or gives one shows another position. */
export function buildCounterGuest(): Promise<Uint8Array> {
  return buildGuest({
    wit: `
      world guest { export counters; }
      interface counters {
        resource counter {
          constructor(start: u32);
          add: func(n: u32) -> u32;
          /// Fails without a start.
          make: static func(start: option<u32>) -> result<counter, string>;
        }
        /// A second counter of the same instance, with what the first one has.
        twin: func(of: borrow<counter>) -> tuple<u32, counter>;
        /// Takes the counter; the last it counted.
        finish: func(counter: counter) -> u32;
        several: func(start: u32) -> list<counter>;
        /// How many counters of this instance were destroyed.
        destroyed: func(any: borrow<counter>) -> u32;
        crash: func(any: borrow<counter>);
      }`,
    wat: `
      (import "[export]${countersInterface}" "[resource-new]counter" (func $new (param i32) (result i32)))
      (import "[export]${countersInterface}" "[resource-rep]counter" (func $rep (param i32) (result i32)))
      (import "[export]${countersInterface}" "[resource-drop]counter" (func $drop (param i32)))
      ;; code
      (global $destroyed (mut i32) (i32.const 0))
      (data (i32.const 512) "no start")
      (func $make (param $start i32) (result i32)
        (local $counter i32)
        (local.set $counter (call $alloc (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 4)))
        (i32.store (local.get $counter) (local.get $start))
        (call $new (local.get $counter)))
      (func (export "${countersInterface}#[constructor]counter") (param i32) (result i32) (call $make (local.get 0)))
      (func (export "${countersInterface}#[method]counter.add") (param i32 i32) (result i32)
        (i32.store (local.get 0) (i32.add (i32.load (local.get 0)) (local.get 1)))
        (i32.load (local.get 0)))
      (func (export "${countersInterface}#[static]counter.make") (param i32 i32) (result i32)
        (if (local.get 0)
          (then
            (i32.store8 (i32.const 16) (i32.const 0))
            (i32.store (i32.const 20) (call $make (local.get 1))))
          (else
            (i32.store8 (i32.const 16) (i32.const 1))
            (i32.store (i32.const 20) (i32.const 512))
            (i32.store (i32.const 24) (i32.const 8))))
        (i32.const 16))
      (func (export "${countersInterface}#twin") (param i32) (result i32)
        (i32.store (i32.const 32) (i32.load (local.get 0)))
        (i32.store (i32.const 36) (call $make (i32.load (local.get 0))))
        (i32.const 32))
      (func (export "${countersInterface}#finish") (param i32) (result i32)
        (local $value i32)
        (local.set $value (i32.load (call $rep (local.get 0))))
        (call $drop (local.get 0))
        (local.get $value))
      (func (export "${countersInterface}#several") (param i32) (result i32)
        (i32.store (i32.const 56) (call $make (local.get 0)))
        (i32.store (i32.const 60) (call $make (i32.add (local.get 0) (i32.const 1))))
        (i32.store (i32.const 48) (i32.const 56))
        (i32.store (i32.const 52) (i32.const 2))
        (i32.const 48))
      (func (export "${countersInterface}#destroyed") (param i32) (result i32) (global.get $destroyed))
      (func (export "${countersInterface}#crash") (param i32) unreachable)
      (func (export "${countersInterface}#[dtor]counter") (param i32)
        (global.set $destroyed (i32.add (global.get $destroyed) (i32.const 1))))`,
  });
}
