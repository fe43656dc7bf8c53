import { httpErrorCodeWit } from '@wasmlattice/test-support';
import { buildGuest } from './build-guest.js';

export const spinsInterface = 'test:guest/spins@1.0.0';

/**
 * A guest that never waits: each function asks in a loop, until what it is given is there. Those for input streams return
 * the bytes that were read last, if any.
 */
export function buildSpinningGuest(): Promise<Uint8Array> {
  return buildGuest({ wit, wat });
}

const wit = `
  world guest {
    import wasi:io/poll@0.2.3;
    import wasi:io/streams@0.2.3;
    import wasi:clocks/monotonic-clock@0.2.3;
    import wasi:http/types@0.2.3;
    export spins;
  }
  interface spins {
    use wasi:io/streams@0.2.3.{input-stream, output-stream};
    use wasi:http/types@0.2.3.{future-incoming-response, future-trailers};
    on-ready: func(source: input-stream) -> u32;
    on-ready-of-new-pollables: func(source: input-stream) -> u32;
    on-read: func(source: input-stream) -> u32;
    on-skip: func(source: input-stream) -> u32;
    on-splice: func(source: input-stream, target: output-stream) -> u32;
    on-poll: func(source: input-stream) -> u32;
    on-timer: func(nanoseconds: u64) -> u32;
    on-check-write: func(target: output-stream) -> u32;
    on-empty-writes: func(target: output-stream) -> u32;
    on-flush: func(target: output-stream) -> u32;
    on-response: func(response: future-incoming-response) -> u32;
    on-trailers: func(trailers: future-trailers) -> u32;
  }
  package wasi:io@0.2.3 {
    interface error { resource error; }
    interface poll {
      resource pollable { ready: func() -> bool; }
      poll: func(%in: list<borrow<pollable>>) -> list<u32>;
    }
    interface streams {
      use error.{error};
      use poll.{pollable};
      variant stream-error { last-operation-failed(error), closed }
      resource input-stream {
        read: func(len: u64) -> result<list<u8>, stream-error>;
        skip: func(len: u64) -> result<u64, stream-error>;
        subscribe: func() -> pollable;
      }
      resource output-stream {
        check-write: func() -> result<u64, stream-error>;
        write: func(contents: list<u8>) -> result<_, stream-error>;
        flush: func() -> result<_, stream-error>;
        splice: func(src: borrow<input-stream>, len: u64) -> result<u64, stream-error>;
        subscribe: func() -> pollable;
      }
    }
  }
  package wasi:clocks@0.2.3 {
    interface monotonic-clock {
      use wasi:io/poll@0.2.3.{pollable};
      now: func() -> u64;
      subscribe-instant: func(when: u64) -> pollable;
      subscribe-duration: func(when: u64) -> pollable;
    }
  }
  package wasi:http@0.2.3 {
    interface types {
      ${httpErrorCodeWit}
      resource fields { constructor(); }
      resource incoming-response { status: func() -> u16; }
      resource future-incoming-response {
        get: func() -> option<result<result<incoming-response, error-code>>>;
      }
      resource future-trailers {
        get: func() -> option<result<result<option<fields>, error-code>>>;
      }
    }
  }`;

const streams = 'wasi:io/streams@0.2.3';
const clock = 'wasi:clocks/monotonic-clock@0.2.3';
const types = 'wasi:http/types@0.2.3';

/** Results of calls are at 16; a WIT result with a payload of 64 bits has that at 24. */
const wat = `
  (import "wasi:io/poll@0.2.3" "[method]pollable.ready" (func $ready (param i32) (result i32)))
  (import "wasi:io/poll@0.2.3" "poll" (func $poll (param i32 i32 i32)))
  (import "wasi:io/poll@0.2.3" "[resource-drop]pollable" (func $drop (param i32)))
  (import "${streams}" "[method]input-stream.read" (func $read (param i32 i64 i32)))
  (import "${streams}" "[method]input-stream.skip" (func $skip (param i32 i64 i32)))
  (import "${streams}" "[method]input-stream.subscribe" (func $subscribe (param i32) (result i32)))
  (import "${streams}" "[method]output-stream.check-write" (func $check-write (param i32 i32)))
  (import "${streams}" "[method]output-stream.write" (func $write (param i32 i32 i32 i32)))
  (import "${streams}" "[method]output-stream.flush" (func $flush (param i32 i32)))
  (import "${streams}" "[method]output-stream.splice" (func $splice (param i32 i32 i64 i32)))
  (import "${clock}" "now" (func $now (result i64)))
  (import "${clock}" "subscribe-instant" (func $subscribe-instant (param i64) (result i32)))
  (import "${clock}" "subscribe-duration" (func $subscribe-duration (param i64) (result i32)))
  (import "${types}" "[method]future-incoming-response.get" (func $response (param i32 i32)))
  (import "${types}" "[method]future-trailers.get" (func $trailers (param i32 i32)))
  ;; code
  (func $is-ready (param $pollable i32) (result i32)
    (local $is i32)
    (local.set $is (call $ready (local.get $pollable)))
    (call $drop (local.get $pollable))
    (local.get $is))
  (func $read-some (param $source i32) (result i32)
    (call $read (local.get $source) (i64.const 4096) (i32.const 16))
    (i32.load (i32.const 24)))
  (func (export "${spinsInterface}#on-ready") (param $source i32) (result i32)
    (local $pollable i32)
    (local.set $pollable (call $subscribe (local.get $source)))
    (loop $again (br_if $again (i32.eqz (call $ready (local.get $pollable)))))
    (call $drop (local.get $pollable))
    (call $read-some (local.get $source)))
  (func (export "${spinsInterface}#on-ready-of-new-pollables") (param $source i32) (result i32)
    (loop $again (br_if $again (i32.eqz (call $is-ready (call $subscribe (local.get $source))))))
    (call $read-some (local.get $source)))
  (func (export "${spinsInterface}#on-read") (param $source i32) (result i32)
    (loop $again (br_if $again (i32.eqz (call $read-some (local.get $source)))))
    (i32.load (i32.const 24)))
  (func (export "${spinsInterface}#on-skip") (param $source i32) (result i32)
    (loop $again
      (call $skip (local.get $source) (i64.const 4096) (i32.const 16))
      (br_if $again (i64.eqz (i64.load (i32.const 24)))))
    (i32.load (i32.const 24)))
  (func (export "${spinsInterface}#on-splice") (param $source i32) (param $target i32) (result i32)
    (loop $again
      (call $splice (local.get $target) (local.get $source) (i64.const 4096) (i32.const 16))
      (br_if $again (i64.eqz (i64.load (i32.const 24)))))
    (i32.load (i32.const 24)))
  (func (export "${spinsInterface}#on-poll") (param $source i32) (result i32)
    (local $pollable i32)
    (local $always i32)
    (local.set $pollable (call $subscribe (local.get $source)))
    (loop $again
      (global.set $heap (i32.const 1024))
      (local.set $always (call $subscribe-duration (i64.const 0)))
      (i32.store (i32.const 32) (local.get $always))
      (i32.store (i32.const 36) (local.get $pollable))
      (call $poll (i32.const 32) (i32.const 2) (i32.const 16))
      (call $drop (local.get $always))
      (br_if $again (i32.eq (i32.load (i32.const 20)) (i32.const 1))))
    (call $drop (local.get $pollable))
    (call $read-some (local.get $source)))
  (func (export "${spinsInterface}#on-timer") (param $nanoseconds i64) (result i32)
    (local $end i64)
    (local.set $end (i64.add (call $now) (local.get $nanoseconds)))
    (loop $again (br_if $again (i32.eqz (call $is-ready (call $subscribe-instant (local.get $end))))))
    (i32.const 0))
  (func (export "${spinsInterface}#on-check-write") (param $target i32) (result i32)
    (loop $again
      (call $check-write (local.get $target) (i32.const 16))
      (br_if $again (i64.eqz (i64.load (i32.const 24)))))
    (i32.load (i32.const 24)))
  (func (export "${spinsInterface}#on-empty-writes") (param $target i32) (result i32)
    (loop $again
      (call $write (local.get $target) (i32.const 0) (i32.const 0) (i32.const 16))
      (br_if $again (i32.eqz (i32.load8_u (i32.const 16)))))
    (i32.const 0))
  (func (export "${spinsInterface}#on-flush") (param $target i32) (result i32)
    (loop $again
      (call $flush (local.get $target) (i32.const 16))
      (br_if $again (i32.eqz (i32.load8_u (i32.const 16)))))
    (i32.const 0))
  (func (export "${spinsInterface}#on-response") (param $response i32) (result i32)
    (loop $again
      (call $response (local.get $response) (i32.const 16))
      (br_if $again (i32.eqz (i32.load8_u (i32.const 16)))))
    (i32.const 0))
  (func (export "${spinsInterface}#on-trailers") (param $trailers i32) (result i32)
    (loop $again
      (call $trailers (local.get $trailers) (i32.const 16))
      (br_if $again (i32.eqz (i32.load8_u (i32.const 16)))))
    (i32.const 0))`;
