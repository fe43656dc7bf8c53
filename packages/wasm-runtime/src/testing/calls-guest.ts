import type { HostInterface } from '../host-functions/host-interface.js';
import { exactly } from '../host-functions/host-interface.js';
import { buildGuest } from './build-guest.js';
import { declare } from './declare.js';

export const callsInterface = 'test:guest/calls@1.0.0';

const gateWit = `
  pass: func(id: u32);
  check: func(id: u32) -> result<u32, string>;
  fail: func();`;

/** A guest for engine and pool: state, traps, results, waits. */
export function buildCallsGuest(): Promise<Uint8Array> {
  return buildGuest({
    wit: `
      world guest {
        import test:host/gate@0.1.0;
        export calls;
        export world-level: func() -> u32;
      }
      interface calls {
        /// How often this instance was called.
        count: func() -> u32;
        /// Waits for the host.
        wait: func(id: u32);
        /// Waits for the host and gives back its result.
        check: func(id: u32) -> result<u32, string>;
        trap: func();
        /// Traps as a guest in Rust does that panics, after a wait for the host unless the id is 0.
        abort: func(id: u32);
        /// Recurses without end.
        overflow: func();
        nested: func() -> option<option<u32>>;
        echo: func(bytes: list<u8>) -> list<u8>;
        /// Calls a host function that fails.
        fail: func() -> result<u32, string>;
      }
      package test:host@0.1.0 {
        interface gate { ${gateWit} }
      }`,
    wat: `
      (import "test:host/gate@0.1.0" "pass" (func $pass (param i32)))
      (import "test:host/gate@0.1.0" "check" (func $check (param i32 i32)))
      (import "test:host/gate@0.1.0" "fail" (func $fail))
      ;; code
      (global $count (mut i32) (i32.const 0))
      (func (export "${callsInterface}#count") (result i32)
        (global.set $count (i32.add (global.get $count) (i32.const 1)))
        (global.get $count))
      (func (export "${callsInterface}#wait") (param i32) (call $pass (local.get 0)))
      (func (export "${callsInterface}#check") (param i32) (result i32)
        (call $check (local.get 0) (i32.const 16))
        (i32.const 16))
      (func (export "${callsInterface}#trap") unreachable)
      (func $_ZN4core9panicking5panic17h0123456789abcdefE unreachable)
      (func $work (param i32)
        (if (local.get 0) (then (call $pass (local.get 0))))
        (call $_ZN4core9panicking5panic17h0123456789abcdefE)
        (drop (i32.const 0)))
      (func $run-to-abort (export "${callsInterface}#abort") (param i32)
        (call $work (local.get 0))
        (drop (i32.const 0)))
      (func $overflow (export "${callsInterface}#overflow") (call $overflow) (call $overflow))
      (func (export "${callsInterface}#nested") (result i32)
        (i32.store8 (i32.const 64) (i32.const 1))
        (i32.const 64))
      (func (export "${callsInterface}#echo") (param i32 i32) (result i32)
        (i32.store (i32.const 80) (local.get 0))
        (i32.store (i32.const 84) (local.get 1))
        (i32.const 80))
      (func (export "world-level") (result i32) (i32.const 42))
      (func $call-host (export "${callsInterface}#fail") (result i32)
        (call $fail)
        (i32.const 96))`,
  });
}

/** What the calls guest imports. Both `pass` and `check` suspend it. */
export interface Gate {
  pass?(id: number): Promise<void>;
  check?(id: number): Promise<number>;
  fail?(): void;
}

export function gateInterface(gate: Gate): HostInterface {
  return {
    ...declare('test:host/gate@0.1.0', gateWit),
    ...exactly('0.1.0'),
    suspending: ['pass', 'check'],
    bind: () => ({
      pass: gate.pass ?? (() => Promise.resolve()),
      check: gate.check ?? ((id: number) => Promise.resolve(id)),
      fail: gate.fail ?? (() => undefined),
    }),
  };
}
