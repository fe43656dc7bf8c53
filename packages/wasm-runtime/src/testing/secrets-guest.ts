import { buildGuest } from './build-guest.js';

export const secretsProbeInterface = 'test:guest/probe@1.0.0';

/** A guest that reads its secrets. */
export function buildSecretsGuest(): Promise<Uint8Array> {
  return buildGuest({ wit, wat });
}

const wit = `
  world guest {
    import wasmcloud:secrets/store@0.1.0-draft;
    import wasmcloud:secrets/reveal@0.1.0-draft;
    export probe;
  }
  interface probe {
    use wasmcloud:secrets/store@0.1.0-draft.{secret-value, secrets-error};
    /** The value, or why there is none. */
    read: func(name: string) -> secret-value;
    fail: func(name: string) -> result<bool, secrets-error>;
    /** A handle from which is revealed twice, with a pause of the host between. */
    hold: func(name: string);
    held: func() -> secret-value;
    /** Reveals a handle that nobody gave it. */
    forge: func(handle: u32);
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
  }`;

const wat = `
  (import "wasmcloud:secrets/store@0.1.0-draft" "get" (func $get (param i32 i32 i32)))
  (import "wasmcloud:secrets/store@0.1.0-draft" "[resource-drop]secret" (func $drop-secret (param i32)))
  (import "wasmcloud:secrets/reveal@0.1.0-draft" "reveal" (func $reveal (param i32 i32)))
  ;; code
  (global $handle (mut i32) (i32.const 0))
  (func $open (param i32 i32)
    (call $get (local.get 0) (local.get 1) (i32.const 16))
    (if (i32.load8_u (i32.const 16)) (then unreachable))
    (global.set $handle (i32.load (i32.const 20))))
  (func (export "${secretsProbeInterface}#read") (param i32 i32) (result i32)
    (call $open (local.get 0) (local.get 1))
    (call $reveal (global.get $handle) (i32.const 64))
    (call $drop-secret (global.get $handle))
    (i32.const 64))
  (func (export "${secretsProbeInterface}#fail") (param i32 i32) (result i32)
    (call $get (local.get 0) (local.get 1) (i32.const 16))
    (if (i32.eqz (i32.load8_u (i32.const 16))) (then (i32.store8 (i32.const 20) (i32.const 1))))
    (i32.const 16))
  (func (export "${secretsProbeInterface}#hold") (param i32 i32) (call $open (local.get 0) (local.get 1)))
  (func (export "${secretsProbeInterface}#held") (result i32)
    (call $reveal (global.get $handle) (i32.const 64))
    (i32.const 64))
  (func (export "${secretsProbeInterface}#forge") (param i32) (call $reveal (local.get 0) (i32.const 64)))`;
