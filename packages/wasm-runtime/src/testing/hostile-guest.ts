import { buildGuest } from './build-guest.js';

/** A guest that does what no guest should, one way in each function. */
export function buildHostileGuest(): Promise<Uint8Array> {
  return buildGuest({ wit, wat });
}

const wit = `
  world guest {
    import wasi:io/poll@0.2.3;
    import wasi:io/streams@0.2.3;
    import wasi:clocks/monotonic-clock@0.2.3;
    import wasi:random/random@0.2.3;
    import wasi:cli/stdin@0.2.3;
    import wasi:cli/stdout@0.2.3;
    import wasi:http/types@0.2.3;
    import wasi:logging/logging;
    use wasi:io/streams@0.2.3.{input-stream, output-stream};
    /// Takes memory until there is none, then gives up as allocators do.
    export take-memory: func();
    /// Asks for so many pages more and goes on, whether it gets them or not.
    export ask-for-memory: func(pages: u32);
    /// Traps after it.
    export ask-for-memory-and-trap: func(pages: u32);
    export take-tables: func();
    /// Allocates 8 bytes so many times.
    export allocate: func(count: u32);
    /// Takes so many handles of the host and keeps them.
    export hoard: func(count: u32);
    /// Takes and drops so many.
    export churn: func(count: u32);
    export log: func(count: u32, length: u32);
    export print: func(count: u32);
    export random: func(length: u64, count: u32);
    export write-zeroes: func(length: u64);
    export splice: func(length: u64);
    /// Polls the same pollable so many times in one call.
    export poll-many: func(count: u32);
    export headers: func(lines: u32, length: u32);
    export trap: func(how: u32);
    /// Traps after it has waited for the host.
    export trap-later: func();
    export recurse: func();
    export spin: func();
    /// Two calls of itself in each call, 60 deep.
    export recurse-without-end: func();
    /// What is to be done after it has returned takes for ever.
    export linger: func() -> string;
    /// Reads what never comes.
    export read-forever: func(source: input-stream);
    /// Writes where never anything is taken.
    export write-forever: func(target: output-stream);
    /// Keeps both and waits for neither.
    export ignore: func(source: input-stream, target: output-stream);
  }
  package wasi:io@0.2.3 {
    interface error { resource error; }
    interface poll {
      resource pollable { block: func(); }
      poll: func(in: list<borrow<pollable>>) -> list<u32>;
    }
    interface streams {
      use error.{error};
      variant stream-error { last-operation-failed(error), closed }
      resource input-stream {
        blocking-read: func(len: u64) -> result<list<u8>, stream-error>;
      }
      resource output-stream {
        blocking-write-and-flush: func(contents: list<u8>) -> result<_, stream-error>;
        blocking-write-zeroes-and-flush: func(len: u64) -> result<_, stream-error>;
        blocking-splice: func(src: borrow<input-stream>, len: u64) -> result<u64, stream-error>;
      }
    }
  }
  package wasi:clocks@0.2.3 {
    interface monotonic-clock {
      use wasi:io/poll@0.2.3.{pollable};
      subscribe-duration: func(when: u64) -> pollable;
    }
  }
  package wasi:random@0.2.3 {
    interface random { get-random-bytes: func(len: u64) -> list<u8>; }
  }
  package wasi:cli@0.2.3 {
    interface stdin { use wasi:io/streams@0.2.3.{input-stream}; get-stdin: func() -> input-stream; }
    interface stdout { use wasi:io/streams@0.2.3.{output-stream}; get-stdout: func() -> output-stream; }
  }
  package wasi:http@0.2.3 {
    interface types {
      variant header-error { invalid-syntax, forbidden, immutable }
      resource fields {
        constructor();
        append: func(name: string, value: list<u8>) -> result<_, header-error>;
      }
    }
  }
  package wasi:logging {
    interface logging {
      enum level { trace, debug, info, warn, error, critical }
      log: func(level: level, context: string, message: string);
    }
  }`;

/** A loop that runs `body` as often as the local `$count` says. */
const times = (body: string): string => `
  (block $done (loop $next
    (br_if $done (i32.eqz (local.get $count)))
    (local.set $count (i32.sub (local.get $count) (i32.const 1)))
    ${body}
    (br $next)))`;

const wat = `
  (import "wasi:io/poll@0.2.3" "[method]pollable.block" (func $block (param i32)))
  (import "wasi:io/poll@0.2.3" "[resource-drop]pollable" (func $drop-pollable (param i32)))
  (import "wasi:io/poll@0.2.3" "poll" (func $poll (param i32 i32 i32)))
  (import "wasi:io/streams@0.2.3" "[method]input-stream.blocking-read" (func $read (param i32 i64 i32)))
  (import "wasi:io/streams@0.2.3" "[method]output-stream.blocking-write-and-flush" (func $write (param i32 i32 i32 i32)))
  (import "wasi:io/streams@0.2.3" "[method]output-stream.blocking-write-zeroes-and-flush" (func $zeroes (param i32 i64 i32)))
  (import "wasi:io/streams@0.2.3" "[method]output-stream.blocking-splice" (func $splice (param i32 i32 i64 i32)))
  (import "wasi:clocks/monotonic-clock@0.2.3" "subscribe-duration" (func $subscribe (param i64) (result i32)))
  (import "wasi:random/random@0.2.3" "get-random-bytes" (func $random (param i64 i32)))
  (import "wasi:cli/stdin@0.2.3" "get-stdin" (func $stdin (result i32)))
  (import "wasi:cli/stdout@0.2.3" "get-stdout" (func $stdout (result i32)))
  (import "wasi:http/types@0.2.3" "[constructor]fields" (func $fields (result i32)))
  (import "wasi:http/types@0.2.3" "[method]fields.append" (func $append (param i32 i32 i32 i32 i32 i32)))
  (import "wasi:logging/logging" "log" (func $log (param i32 i32 i32 i32 i32)))
  ;; code
  (type $nothing (func))
  (table $table 1 funcref)
  (data (i32.const 512) "x")
  (func $room (param $bytes i32)
    (local $missing i32)
    (local.set $missing (i32.sub
      (i32.div_u (i32.add (local.get $bytes) (i32.const 65535)) (i32.const 65536))
      (memory.size)))
    (if (i32.gt_s (local.get $missing) (i32.const 0))
      (then (if (i32.eq (memory.grow (local.get $missing)) (i32.const -1)) (then unreachable)))))
  (func (export "take-memory")
    (loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
    unreachable)
  (func (export "ask-for-memory") (param $pages i32) (drop (memory.grow (local.get $pages))))
  (func (export "ask-for-memory-and-trap") (param $pages i32)
    (drop (memory.grow (local.get $pages)))
    unreachable)
  (func (export "take-tables")
    (loop $more (br_if $more (i32.ne (table.grow $table (ref.null func) (i32.const 1)) (i32.const -1))))
    unreachable)
  (func (export "allocate") (param $count i32)
    ${times(`
      (call $room (i32.add (global.get $heap) (i32.const 8)))
      (i32.store (call $alloc (i32.const 0) (i32.const 0) (i32.const 8) (i32.const 8)) (local.get $count))`)})
  (func (export "hoard") (param $count i32)
    ${times('(drop (call $subscribe (i64.const 1000000000000)))')})
  (func (export "churn") (param $count i32)
    ${times('(call $drop-pollable (call $subscribe (i64.const 1000000000000)))')})
  (func (export "log") (param $count i32) (param $length i32)
    (call $room (i32.add (local.get $length) (i32.const 512)))
    ${times('(call $log (i32.const 2) (i32.const 0) (i32.const 0) (i32.const 512) (local.get $length))')})
  (func (export "print") (param $count i32)
    (local $stream i32)
    (local.set $stream (call $stdout))
    (memory.fill (i32.const 1024) (i32.const 10) (i32.const 32768))
    ${times('(call $write (local.get $stream) (i32.const 1024) (i32.const 32768) (i32.const 16))')})
  (func (export "random") (param $length i64) (param $count i32)
    ${times(`
      (global.set $heap (i32.const 1024))
      (call $random (local.get $length) (i32.const 16))`)})
  (func (export "write-zeroes") (param $length i64)
    (call $zeroes (call $stdout) (local.get $length) (i32.const 16)))
  (func (export "splice") (param $length i64)
    (call $splice (call $stdout) (call $stdin) (local.get $length) (i32.const 16)))
  (func (export "poll-many") (param $count i32)
    (local $length i32) (local $pollable i32) (local $at i32)
    (local.set $length (local.get $count))
    (call $room (i32.add (i32.mul (local.get $count) (i32.const 8)) (i32.const 131072)))
    (local.set $pollable (call $subscribe (i64.const 0)))
    (local.set $at (i32.const 65536))
    ${times(`
      (i32.store (local.get $at) (local.get $pollable))
      (local.set $at (i32.add (local.get $at) (i32.const 4)))`)}
    (global.set $heap (local.get $at))
    (call $poll (i32.const 65536) (local.get $length) (i32.const 16)))
  (func (export "headers") (param $count i32) (param $length i32)
    (local $headers i32)
    (call $room (i32.add (local.get $length) (i32.const 1024)))
    (memory.fill (i32.const 1024) (i32.const 97) (local.get $length))
    (local.set $headers (call $fields))
    ${times(`
      (call $append (local.get $headers) (i32.const 512) (i32.const 1)
        (i32.const 1024) (local.get $length) (i32.const 16))`)})
  (func (export "trap") (param $how i32)
    (block $null (block $nan (block $beyond (block $zero
      (br_table $zero $beyond $nan $null (local.get $how)))
      (drop (i32.div_u (i32.const 1) (i32.const 0))))
      (drop (i32.load (i32.const -1))))
      (drop (i32.trunc_f32_u (f32.const nan))))
    (call_indirect $table (type $nothing) (i32.const 0)))
  (func (export "trap-later")
    (call $block (call $subscribe (i64.const 1000000)))
    unreachable)
  (func $recurse (export "recurse") (call $recurse) (call $recurse))
  (func $spin (export "spin") (loop $again (br $again)))
  (func $branch (param $depth i32)
    (if (local.get $depth) (then
      (local.set $depth (i32.sub (local.get $depth) (i32.const 1)))
      (call $branch (local.get $depth))
      (call $branch (local.get $depth)))))
  (func (export "recurse-without-end") (call $branch (i32.const 60)))
  (func (export "linger") (result i32) (i32.const 1024))
  (func (export "cabi_post_linger") (param i32) (call $spin))
  (func (export "read-forever") (param $source i32)
    (call $read (local.get $source) (i64.const 10) (i32.const 16)))
  (func (export "write-forever") (param $target i32)
    (call $write (local.get $target) (i32.const 1024) (i32.const 100) (i32.const 16)))
  (func (export "ignore") (param $source i32) (param $target i32)
    (call $block (call $subscribe (i64.const 1000000000000))))`;
