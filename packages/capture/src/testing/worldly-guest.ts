import { componentEmbed, componentNew, parse } from '@bytecodealliance/jco-transpile/wasm-tools';

export const worldlyInterface = 'test:guest/worldly@1.0.0';

/** A guest that tells what it learns of the world: time and chance, and a secret. */
export async function buildWorldlyGuest(): Promise<Uint8Array> {
  const embedded = await componentEmbed({ binary: await parse(code), witSource: wit, world: 'guest' });
  return await componentNew(embedded);
}

const wit = `
  package test:guest@1.0.0;
  world guest {
    import wasi:clocks/monotonic-clock@0.2.3;
    import wasi:random/random@0.2.3;
    import wasmcloud:secrets/store@0.1.0-draft;
    import wasmcloud:secrets/reveal@0.1.0-draft;
    export worldly;
  }
  interface worldly {
    use wasmcloud:secrets/store@0.1.0-draft.{secret-value};
    /** Two instants and a random number, one after the other. */
    moment: func() -> tuple<u64, u64, u64>;
    read: func(name: string) -> secret-value;
  }
  package wasi:clocks@0.2.3 { interface monotonic-clock { now: func() -> u64; } }
  package wasi:random@0.2.3 { interface random { get-random-u64: func() -> u64; } }
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
  }`;

const code = `(module
  (import "wasi:clocks/monotonic-clock@0.2.3" "now" (func $now (result i64)))
  (import "wasi:random/random@0.2.3" "get-random-u64" (func $random (result i64)))
  (import "wasmcloud:secrets/store@0.1.0-draft" "get" (func $get (param i32 i32 i32)))
  (import "wasmcloud:secrets/store@0.1.0-draft" "[resource-drop]secret" (func $drop (param i32)))
  (import "wasmcloud:secrets/reveal@0.1.0-draft" "reveal" (func $reveal (param i32 i32)))
  (memory (export "memory") 1)
  (global $heap (mut i32) (i32.const 1024))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $start i32)
    (local.set $start (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
    (global.set $heap (i32.add (local.get $start) (local.get 3)))
    (local.get $start))
  (func (export "${worldlyInterface}#moment") (result i32)
    (i64.store (i32.const 128) (call $now))
    (i64.store (i32.const 136) (call $now))
    (i64.store (i32.const 144) (call $random))
    (i32.const 128))
  (func (export "${worldlyInterface}#read") (param i32 i32) (result i32)
    (call $get (local.get 0) (local.get 1) (i32.const 16))
    (if (i32.load8_u (i32.const 16)) (then unreachable))
    (call $reveal (i32.load (i32.const 20)) (i32.const 64))
    (call $drop (i32.load (i32.const 20)))
    (i32.const 64)))`;
