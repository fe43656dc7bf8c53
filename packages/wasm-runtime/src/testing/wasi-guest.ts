import { buildGuest } from './build-guest.js';

export const probeInterface = 'test:guest/probe@1.0.0';

/** A guest with one function for each WASI interface this package serves, in the versions toolchains use. */
export function buildWasiGuest(): Promise<Uint8Array> {
  return buildGuest({ wit, wat });
}

const wit = `
  world guest {
    import wasi:io/streams@0.2.3;
    import wasi:cli/environment@0.2.3;
    import wasi:cli/exit@0.2.3;
    import wasi:cli/stdin@0.2.3;
    import wasi:cli/stdout@0.2.3;
    import wasi:cli/stderr@0.2.3;
    import wasi:cli/terminal-stdout@0.2.3;
    import wasi:clocks/monotonic-clock@0.2.3;
    import wasi:clocks/wall-clock@0.2.3;
    import wasi:random/random@0.2.3;
    import wasi:random/insecure@0.2.3;
    import wasi:random/insecure-seed@0.2.3;
    import wasi:filesystem/preopens@0.2.3;
    import wasi:sockets/tcp-create-socket@0.2.3;
    import wasi:logging/logging;
    import wasi:config/store@0.2.0-rc.1;
    import wasi:keyvalue/store@0.2.0-draft;
    import wasi:keyvalue/atomics@0.2.0-draft;
    import wasi:keyvalue/batch@0.2.0-draft;
    export probe;
  }
  interface probe {
    use wasi:keyvalue/store@0.2.0-draft.{error, key-response};
    print: func(text: string);
    complain: func(text: string);
    read-stdin: func() -> bool;
    program-arguments: func() -> list<string>;
    has-terminal: func() -> bool;
    quit: func(failed: bool);
    sleep: func(nanoseconds: u64) -> u64;
    seconds: func() -> u64;
    random: func(length: u64) -> list<u8>;
    insecure: func() -> u64;
    seed: func() -> tuple<u64, u64>;
    directories: func() -> u32;
    connect: func() -> result<u32, u8>;
    note: func(message: string);
    config: func(key: string) -> option<string>;
    increment: func(key: string, delta: u64) -> result<u64, error>;
    load: func(key: string) -> result<option<list<u8>>, error>;
    save: func(key: string, value: list<u8>) -> result<_, error>;
    remove: func(key: string) -> result<_, error>;
    has: func(key: string) -> result<bool, error>;
    page: func() -> result<key-response, error>;
    load-many: func(keys: list<string>) -> result<list<option<tuple<string, list<u8>>>>, error>;
    save-many: func(entries: list<tuple<string, list<u8>>>) -> result<_, error>;
  }
  package wasi:io@0.2.3 {
    interface error { resource error; }
    interface poll { resource pollable { block: func(); } }
    interface streams {
      use error.{error};
      variant stream-error { last-operation-failed(error), closed }
      resource input-stream {
        blocking-read: func(len: u64) -> result<list<u8>, stream-error>;
      }
      resource output-stream {
        blocking-write-and-flush: func(contents: list<u8>) -> result<_, stream-error>;
      }
    }
  }
  package wasi:cli@0.2.3 {
    interface environment { get-arguments: func() -> list<string>; }
    interface exit { exit: func(status: result); }
    interface stdin { use wasi:io/streams@0.2.3.{input-stream}; get-stdin: func() -> input-stream; }
    interface stdout { use wasi:io/streams@0.2.3.{output-stream}; get-stdout: func() -> output-stream; }
    interface stderr { use wasi:io/streams@0.2.3.{output-stream}; get-stderr: func() -> output-stream; }
    interface terminal-output { resource terminal-output; }
    interface terminal-stdout {
      use terminal-output.{terminal-output};
      get-terminal-stdout: func() -> option<terminal-output>;
    }
  }
  package wasi:clocks@0.2.3 {
    interface monotonic-clock {
      use wasi:io/poll@0.2.3.{pollable};
      now: func() -> u64;
      subscribe-duration: func(when: u64) -> pollable;
    }
    interface wall-clock {
      record datetime { seconds: u64, nanoseconds: u32 }
      now: func() -> datetime;
    }
  }
  package wasi:random@0.2.3 {
    interface random { get-random-bytes: func(len: u64) -> list<u8>; }
    interface insecure { get-insecure-random-u64: func() -> u64; }
    interface insecure-seed { insecure-seed: func() -> tuple<u64, u64>; }
  }
  package wasi:filesystem@0.2.3 {
    interface types { resource descriptor; }
    interface preopens {
      use types.{descriptor};
      get-directories: func() -> list<tuple<descriptor, string>>;
    }
  }
  package wasi:sockets@0.2.3 {
    interface network {
      enum error-code {
        unknown, access-denied, not-supported, invalid-argument, out-of-memory, timeout, concurrency-conflict, not-in-progress,
        would-block, invalid-state, new-socket-limit, address-not-bindable, address-in-use, remote-unreachable, connection-refused,
        connection-reset, connection-aborted, datagram-too-large, name-unresolvable, temporary-resolver-failure,
        permanent-resolver-failure,
      }
      enum ip-address-family { ipv4, ipv6 }
    }
    interface tcp { resource tcp-socket; }
    interface tcp-create-socket {
      use network.{error-code, ip-address-family};
      use tcp.{tcp-socket};
      create-tcp-socket: func(address-family: ip-address-family) -> result<tcp-socket, error-code>;
    }
  }
  package wasi:logging {
    interface logging {
      enum level { trace, debug, info, warn, error, critical }
      log: func(level: level, context: string, message: string);
    }
  }
  package wasi:config@0.2.0-rc.1 {
    interface store {
      variant error { upstream(string), io(string) }
      get: func(key: string) -> result<option<string>, error>;
    }
  }
  package wasi:keyvalue@0.2.0-draft {
    interface store {
      variant error { no-such-store, access-denied, other(string) }
      record key-response { keys: list<string>, cursor: option<u64> }
      open: func(identifier: string) -> result<bucket, error>;
      resource bucket {
        get: func(key: string) -> result<option<list<u8>>, error>;
        set: func(key: string, value: list<u8>) -> result<_, error>;
        delete: func(key: string) -> result<_, error>;
        exists: func(key: string) -> result<bool, error>;
        list-keys: func(cursor: option<u64>) -> result<key-response, error>;
      }
    }
    interface atomics {
      use store.{bucket, error};
      increment: func(bucket: borrow<bucket>, key: string, delta: u64) -> result<u64, error>;
    }
    interface batch {
      use store.{bucket, error};
      get-many: func(bucket: borrow<bucket>, keys: list<string>) -> result<list<option<tuple<string, list<u8>>>>, error>;
      set-many: func(bucket: borrow<bucket>, key-values: list<tuple<string, list<u8>>>) -> result<_, error>;
    }
  }`;

/** Results are left at the address they were written to: their layout is the same in the import and the export. */
const wat = `
  (import "wasi:io/poll@0.2.3" "[method]pollable.block" (func $block (param i32)))
  (import "wasi:io/poll@0.2.3" "[resource-drop]pollable" (func $drop-pollable (param i32)))
  (import "wasi:io/streams@0.2.3" "[method]input-stream.blocking-read" (func $read (param i32 i64 i32)))
  (import "wasi:io/streams@0.2.3" "[resource-drop]input-stream" (func $drop-input (param i32)))
  (import "wasi:io/streams@0.2.3" "[method]output-stream.blocking-write-and-flush" (func $write (param i32 i32 i32 i32)))
  (import "wasi:io/streams@0.2.3" "[resource-drop]output-stream" (func $drop-output (param i32)))
  (import "wasi:cli/environment@0.2.3" "get-arguments" (func $arguments (param i32)))
  (import "wasi:cli/exit@0.2.3" "exit" (func $exit (param i32)))
  (import "wasi:cli/stdin@0.2.3" "get-stdin" (func $stdin (result i32)))
  (import "wasi:cli/stdout@0.2.3" "get-stdout" (func $stdout (result i32)))
  (import "wasi:cli/stderr@0.2.3" "get-stderr" (func $stderr (result i32)))
  (import "wasi:cli/terminal-stdout@0.2.3" "get-terminal-stdout" (func $terminal (param i32)))
  (import "wasi:clocks/monotonic-clock@0.2.3" "now" (func $now (result i64)))
  (import "wasi:clocks/monotonic-clock@0.2.3" "subscribe-duration" (func $subscribe (param i64) (result i32)))
  (import "wasi:clocks/wall-clock@0.2.3" "now" (func $wall (param i32)))
  (import "wasi:random/random@0.2.3" "get-random-bytes" (func $random (param i64 i32)))
  (import "wasi:random/insecure@0.2.3" "get-insecure-random-u64" (func $insecure (result i64)))
  (import "wasi:random/insecure-seed@0.2.3" "insecure-seed" (func $seed (param i32)))
  (import "wasi:filesystem/preopens@0.2.3" "get-directories" (func $directories (param i32)))
  (import "wasi:sockets/tcp-create-socket@0.2.3" "create-tcp-socket" (func $connect (param i32 i32)))
  (import "wasi:logging/logging" "log" (func $log (param i32 i32 i32 i32 i32)))
  (import "wasi:config/store@0.2.0-rc.1" "get" (func $config (param i32 i32 i32)))
  (import "wasi:keyvalue/store@0.2.0-draft" "open" (func $open (param i32 i32 i32)))
  (import "wasi:keyvalue/store@0.2.0-draft" "[method]bucket.get" (func $get (param i32 i32 i32 i32)))
  (import "wasi:keyvalue/store@0.2.0-draft" "[method]bucket.set" (func $set (param i32 i32 i32 i32 i32 i32)))
  (import "wasi:keyvalue/store@0.2.0-draft" "[method]bucket.delete" (func $delete (param i32 i32 i32 i32)))
  (import "wasi:keyvalue/store@0.2.0-draft" "[method]bucket.exists" (func $exists (param i32 i32 i32 i32)))
  (import "wasi:keyvalue/store@0.2.0-draft" "[method]bucket.list-keys" (func $list (param i32 i32 i64 i32)))
  (import "wasi:keyvalue/atomics@0.2.0-draft" "increment" (func $increment (param i32 i32 i32 i64 i32)))
  (import "wasi:keyvalue/batch@0.2.0-draft" "get-many" (func $get-many (param i32 i32 i32 i32)))
  (import "wasi:keyvalue/batch@0.2.0-draft" "set-many" (func $set-many (param i32 i32 i32 i32)))
  ;; code
  (data (i32.const 512) "main")
  (data (i32.const 528) "probe")
  (func $bucket (result i32)
    (call $open (i32.const 512) (i32.const 4) (i32.const 16))
    (i32.load (i32.const 20)))
  (func $put (param $stream i32) (param i32 i32)
    (call $write (local.get $stream) (local.get 1) (local.get 2) (i32.const 16))
    (call $drop-output (local.get $stream)))
  (func (export "${probeInterface}#print") (param i32 i32) (call $put (call $stdout) (local.get 0) (local.get 1)))
  (func (export "${probeInterface}#complain") (param i32 i32) (call $put (call $stderr) (local.get 0) (local.get 1)))
  (func (export "${probeInterface}#read-stdin") (result i32)
    (local $stream i32)
    (local.set $stream (call $stdin))
    (call $read (local.get $stream) (i64.const 10) (i32.const 16))
    (call $drop-input (local.get $stream))
    (i32.eqz (i32.load8_u (i32.const 16))))
  (func (export "${probeInterface}#program-arguments") (result i32) (call $arguments (i32.const 16)) (i32.const 16))
  (func (export "${probeInterface}#has-terminal") (result i32)
    (call $terminal (i32.const 16))
    (i32.load8_u (i32.const 16)))
  (func (export "${probeInterface}#quit") (param i32) (call $exit (local.get 0)))
  (func (export "${probeInterface}#sleep") (param i64) (result i64)
    (local $start i64)
    (local $timer i32)
    (local.set $start (call $now))
    (local.set $timer (call $subscribe (local.get 0)))
    (call $block (local.get $timer))
    (call $drop-pollable (local.get $timer))
    (i64.sub (call $now) (local.get $start)))
  (func (export "${probeInterface}#seconds") (result i64) (call $wall (i32.const 16)) (i64.load (i32.const 16)))
  (func (export "${probeInterface}#random") (param i64) (result i32)
    (drop (memory.grow (i32.const 64)))
    (call $random (local.get 0) (i32.const 16))
    (i32.const 16))
  (func (export "${probeInterface}#insecure") (result i64) (call $insecure))
  (func (export "${probeInterface}#seed") (result i32) (call $seed (i32.const 16)) (i32.const 16))
  (func (export "${probeInterface}#directories") (result i32)
    (call $directories (i32.const 16))
    (i32.load (i32.const 20)))
  (func (export "${probeInterface}#connect") (result i32) (call $connect (i32.const 0) (i32.const 16)) (i32.const 16))
  (func (export "${probeInterface}#note") (param i32 i32)
    (call $log (i32.const 5) (i32.const 528) (i32.const 5) (local.get 0) (local.get 1)))
  (func (export "${probeInterface}#config") (param i32 i32) (result i32)
    (call $config (local.get 0) (local.get 1) (i32.const 16))
    (i32.const 20))
  (func (export "${probeInterface}#increment") (param i32 i32 i64) (result i32)
    (call $increment (call $bucket) (local.get 0) (local.get 1) (local.get 2) (i32.const 64))
    (i32.const 64))
  (func (export "${probeInterface}#load") (param i32 i32) (result i32)
    (call $get (call $bucket) (local.get 0) (local.get 1) (i32.const 64))
    (i32.const 64))
  (func (export "${probeInterface}#save") (param i32 i32 i32 i32) (result i32)
    (call $set (call $bucket) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (i32.const 64))
    (i32.const 64))
  (func (export "${probeInterface}#remove") (param i32 i32) (result i32)
    (call $delete (call $bucket) (local.get 0) (local.get 1) (i32.const 64))
    (i32.const 64))
  (func (export "${probeInterface}#has") (param i32 i32) (result i32)
    (call $exists (call $bucket) (local.get 0) (local.get 1) (i32.const 64))
    (i32.const 64))
  (func (export "${probeInterface}#page") (result i32)
    (call $list (call $bucket) (i32.const 1) (i64.const 5) (i32.const 64))
    (i32.const 64))
  (func (export "${probeInterface}#load-many") (param i32 i32) (result i32)
    (call $get-many (call $bucket) (local.get 0) (local.get 1) (i32.const 64))
    (i32.const 64))
  (func (export "${probeInterface}#save-many") (param i32 i32) (result i32)
    (call $set-many (call $bucket) (local.get 0) (local.get 1) (i32.const 64))
    (i32.const 64))`;
