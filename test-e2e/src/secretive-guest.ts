import { componentEmbed, componentNew, parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { func, t, type WitInterface, witInterface } from '@wasmlattice/rpc';

const secretValue = t.variant({ string: t.string, bytes: t.list(t.u8) });

/** What the guest exports. */
export const secretive: WitInterface = witInterface('test:secretive/probe@0.1.0', [
  func('read', [['name', t.string]], t.option(secretValue)),
  func('tell', [['name', t.string]]),
  func('fail', [['name', t.string]]),
]);

/**
 * A guest that reads its secrets, and does what it should not do with them: `tell` logs one and prints it, `fail` prints it and traps.
 */
export async function buildSecretiveGuest(): Promise<Uint8Array> {
  const binary = await parse(wat);
  return componentNew(await componentEmbed({ binary, witSource: wit, world: 'guest' }));
}

const wit = `
  package test:secretive@0.1.0;
  world guest {
    import wasmcloud:secrets/store@0.1.0-draft;
    import wasmcloud:secrets/reveal@0.1.0-draft;
    import wasi:logging/logging;
    import wasi:io/streams@0.2.3;
    import wasi:cli/stderr@0.2.3;
    export probe;
  }
  interface probe {
    use wasmcloud:secrets/store@0.1.0-draft.{secret-value};
    read: func(name: string) -> option<secret-value>;
    tell: func(name: string);
    fail: func(name: string);
  }
  package wasmcloud:secrets@0.1.0-draft {
    interface store {
      variant secrets-error { upstream(string), io(string), not-found }
      variant secret-value { %string(string), bytes(list<u8>) }
      resource secret;
      get: func(key: string) -> result<secret, secrets-error>;
    }
    interface reveal {
      use store.{secret, secret-value};
      reveal: func(s: borrow<secret>) -> secret-value;
    }
  }
  package wasi:logging {
    interface logging {
      enum level { trace, debug, info, warn, error, critical }
      log: func(level: level, context: string, message: string);
    }
  }
  package wasi:io@0.2.3 {
    interface error { resource error; }
    interface streams {
      use error.{error};
      variant stream-error { last-operation-failed(error), closed }
      resource output-stream {
        blocking-write-and-flush: func(contents: list<u8>) -> result<_, stream-error>;
      }
    }
  }
  package wasi:cli@0.2.3 {
    interface stderr { use wasi:io/streams@0.2.3.{output-stream}; get-stderr: func() -> output-stream; }
  }`;

/** The option that `read` gives is at 64, the value within it at 68, its text at 72 and 76. */
const wat = `(module
  (import "wasmcloud:secrets/store@0.1.0-draft" "get" (func $get (param i32 i32 i32)))
  (import "wasmcloud:secrets/store@0.1.0-draft" "[resource-drop]secret" (func $drop-secret (param i32)))
  (import "wasmcloud:secrets/reveal@0.1.0-draft" "reveal" (func $reveal (param i32 i32)))
  (import "wasi:logging/logging" "log" (func $log (param i32 i32 i32 i32 i32)))
  (import "wasi:cli/stderr@0.2.3" "get-stderr" (func $stderr (result i32)))
  (import "wasi:io/streams@0.2.3" "[method]output-stream.blocking-write-and-flush" (func $write (param i32 i32 i32 i32)))
  (memory $memory (export "memory") 1)
  (global $heap (mut i32) (i32.const 1024))
  (func $alloc (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $start i32)
    (local.set $start (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
    (global.set $heap (i32.add (local.get $start) (local.get 3)))
    (local.get $start))
  (func $read (param i32 i32)
    (local $handle i32)
    (call $get (local.get 0) (local.get 1) (i32.const 16))
    (i32.store8 (i32.const 64) (i32.eqz (i32.load8_u (i32.const 16))))
    (if (i32.load8_u (i32.const 64)) (then
      (local.set $handle (i32.load (i32.const 20)))
      (call $reveal (local.get $handle) (i32.const 68))
      (call $drop-secret (local.get $handle)))))
  (func $print
    (call $write (call $stderr) (i32.load (i32.const 72)) (i32.load (i32.const 76)) (i32.const 16)))
  (func (export "test:secretive/probe@0.1.0#read") (param i32 i32) (result i32)
    (call $read (local.get 0) (local.get 1))
    (i32.const 64))
  (func (export "test:secretive/probe@0.1.0#tell") (param i32 i32)
    (local $level i32)
    (call $read (local.get 0) (local.get 1))
    (loop $levels
      (call $log (local.get $level) (i32.load (i32.const 72)) (i32.load (i32.const 76))
        (i32.load (i32.const 72)) (i32.load (i32.const 76)))
      (local.set $level (i32.add (local.get $level) (i32.const 1)))
      (br_if $levels (i32.lt_u (local.get $level) (i32.const 6))))
    (call $print))
  (func (export "test:secretive/probe@0.1.0#fail") (param i32 i32)
    (call $read (local.get 0) (local.get 1))
    (call $print)
    (unreachable)))`;
