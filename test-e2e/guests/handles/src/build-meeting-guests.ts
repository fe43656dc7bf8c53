import { componentEmbed, componentNew, parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { httpErrorCodeWit } from '@wasmlattice/test-support';

/** What the keeper exports and the visitor imports. */
export const boxesInterface = 'test:meeting/boxes@1.0.0';
/** What the visitor exports, besides an HTTP handler. */
export const visitsInterface = 'test:meeting/visits@1.0.0';

export interface MeetingGuests {
  /** Exports `boxes`. */
  readonly keeper: Uint8Array;
  /** Imports those, several at a time. A request makes two, reads both, drops both, and is answered without a body. */
  readonly visitor: Uint8Array;
}

const wit = `
  package test:meeting@1.0.0;

  interface boxes {
    resource box {
      constructor(content: u32);
      content: func() -> u32;
      /// A box with what both had.
      merge: static func(a: box, b: box) -> box;
    }
    /// The sum of what they have.
    join: func(all: list<borrow<box>>) -> u32;
    /// How many boxes this instance has made.
    made: func(beside: borrow<box>) -> u32;
  }

  /// Each function makes boxes by several calls.
  interface visits {
    /// Joins three boxes of n, n + 1 and n + 2, and drops them.
    join: func(n: u32) -> u32;
    /// Merges two boxes of n and n + 1, and drops what comes of it.
    merge: func(n: u32) -> u32;
    /// How many boxes the instance of the second box has made.
    made: func() -> u32;
    /// Holds two boxes for so long, in ms.
    linger: func(ms: u32);
    /// Makes two boxes and traps.
    trap: func();
  }

  world keeper { export boxes; }
  world visitor {
    import boxes;
    import wasi:io/poll@0.2.3;
    import wasi:clocks/monotonic-clock@0.2.3;
    import wasi:http/types@0.2.3;
    export wasi:http/incoming-handler@0.2.3;
    export visits;
  }

  package wasi:io@0.2.3 {
    interface poll { resource pollable { block: func(); } }
  }
  package wasi:clocks@0.2.3 {
    interface monotonic-clock {
      use wasi:io/poll@0.2.3.{pollable};
      subscribe-duration: func(when: u64) -> pollable;
    }
  }
  package wasi:http@0.2.3 {
    interface types {
      ${httpErrorCodeWit}
      resource fields { constructor(); }
      resource incoming-request;
      resource outgoing-response { constructor(headers: fields); }
      resource response-outparam {
        set: static func(param: response-outparam, response: result<outgoing-response, error-code>);
      }
    }
    interface incoming-handler {
      use types.{incoming-request, response-outparam};
      handle: func(request: incoming-request, response-out: response-outparam);
    }
  }`;

/** A box is the address of its content. */
const keeper = `(module
  (import "[export]${boxesInterface}" "[resource-new]box" (func $new (param i32) (result i32)))
  (import "[export]${boxesInterface}" "[resource-rep]box" (func $rep (param i32) (result i32)))
  (import "[export]${boxesInterface}" "[resource-drop]box" (func $drop (param i32)))
  (memory (export "memory") 1)
  (global $heap (mut i32) (i32.const 1024))
  (global $made (mut i32) (i32.const 0))
  (func $alloc (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $start i32)
    (local.set $start (i32.and (i32.add (global.get $heap) (i32.const 3)) (i32.const -4)))
    (global.set $heap (i32.add (local.get $start) (local.get 3)))
    (local.get $start))
  (func $make (export "${boxesInterface}#[constructor]box") (param $content i32) (result i32)
    (local $box i32)
    (global.set $made (i32.add (global.get $made) (i32.const 1)))
    (local.set $box (call $alloc (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 4)))
    (i32.store (local.get $box) (local.get $content))
    (call $new (local.get $box)))
  (func (export "${boxesInterface}#[method]box.content") (param i32) (result i32)
    (i32.load (local.get 0)))
  (func (export "${boxesInterface}#[static]box.merge") (param $a i32) (param $b i32) (result i32)
    (local $sum i32)
    (local.set $sum
      (i32.add (i32.load (call $rep (local.get $a))) (i32.load (call $rep (local.get $b)))))
    (call $drop (local.get $a))
    (call $drop (local.get $b))
    (call $make (local.get $sum)))
  (func (export "${boxesInterface}#join") (param $list i32) (param $length i32) (result i32)
    (local $sum i32)
    (block $end
      (loop $next
        (br_if $end (i32.eqz (local.get $length)))
        (local.set $sum (i32.add (local.get $sum) (i32.load (i32.load (local.get $list)))))
        (local.set $list (i32.add (local.get $list) (i32.const 4)))
        (local.set $length (i32.sub (local.get $length) (i32.const 1)))
        (br $next)))
    (local.get $sum))
  (func (export "${boxesInterface}#made") (param i32) (result i32) (global.get $made))
  (func (export "${boxesInterface}#[dtor]box") (param i32) (i32.store (local.get 0) (i32.const -1))))`;

const types = 'wasi:http/types@0.2.3';

const visitor = `(module
  (import "${boxesInterface}" "[constructor]box" (func $box (param i32) (result i32)))
  (import "${boxesInterface}" "[method]box.content" (func $content (param i32) (result i32)))
  (import "${boxesInterface}" "[static]box.merge" (func $merge (param i32 i32) (result i32)))
  (import "${boxesInterface}" "join" (func $join (param i32 i32) (result i32)))
  (import "${boxesInterface}" "made" (func $made (param i32) (result i32)))
  (import "${boxesInterface}" "[resource-drop]box" (func $drop (param i32)))
  (import "wasi:clocks/monotonic-clock@0.2.3" "subscribe-duration" (func $after (param i64) (result i32)))
  (import "wasi:io/poll@0.2.3" "[method]pollable.block" (func $block (param i32)))
  (import "wasi:io/poll@0.2.3" "[resource-drop]pollable" (func $drop-pollable (param i32)))
  (import "${types}" "[constructor]fields" (func $fields (result i32)))
  (import "${types}" "[constructor]outgoing-response" (func $response (param i32) (result i32)))
  (import "${types}" "[static]response-outparam.set" (func $set (param i32 i32 i32 i32 i64 i32 i32 i32 i32)))
  (import "${types}" "[resource-drop]incoming-request" (func $drop-request (param i32)))
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
  (func (export "${visitsInterface}#join") (param $n i32) (result i32)
    (local $sum i32)
    (i32.store (i32.const 16) (call $box (local.get $n)))
    (i32.store (i32.const 20) (call $box (i32.add (local.get $n) (i32.const 1))))
    (i32.store (i32.const 24) (call $box (i32.add (local.get $n) (i32.const 2))))
    (local.set $sum (call $join (i32.const 16) (i32.const 3)))
    (call $drop (i32.load (i32.const 16)))
    (call $drop (i32.load (i32.const 20)))
    (call $drop (i32.load (i32.const 24)))
    (local.get $sum))
  (func (export "${visitsInterface}#merge") (param $n i32) (result i32)
    (local $both i32)
    (local $sum i32)
    (local.set $both
      (call $merge (call $box (local.get $n)) (call $box (i32.add (local.get $n) (i32.const 1)))))
    (local.set $sum (call $content (local.get $both)))
    (call $drop (local.get $both))
    (local.get $sum))
  (func (export "${visitsInterface}#made") (result i32)
    (local $first i32)
    (local $second i32)
    (local.set $first (call $box (i32.const 1)))
    (local.set $second (call $box (i32.const 2)))
    (call $made (local.get $second)))
  (func (export "${visitsInterface}#linger") (param $ms i32)
    (local $timer i32)
    (drop (call $box (i32.const 1)))
    (drop (call $box (i32.const 2)))
    (local.set $timer (call $after (i64.mul (i64.extend_i32_u (local.get $ms)) (i64.const 1000000))))
    (call $block (local.get $timer))
    (call $drop-pollable (local.get $timer)))
  (func (export "${visitsInterface}#trap")
    (drop (call $box (i32.const 1)))
    (drop (call $box (i32.const 2)))
    unreachable)
  (func (export "wasi:http/incoming-handler@0.2.3#handle") (param $request i32) (param $out i32)
    (local $first i32)
    (local $second i32)
    (local.set $first (call $box (i32.const 1)))
    (local.set $second (call $box (i32.const 2)))
    (if (i32.ne (i32.const 3) (i32.add (call $content (local.get $first)) (call $content (local.get $second))))
      (then unreachable))
    (call $drop (local.get $first))
    (call $drop (local.get $second))
    (call $drop-request (local.get $request))
    (call $set (local.get $out) (i32.const 0) (call $response (call $fields))
      (i32.const 0) (i64.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))))`;

/** Builds them from text, in some 100 ms. */
export async function buildMeetingGuests(): Promise<MeetingGuests> {
  const build = async (world: string, text: string): Promise<Uint8Array> =>
    componentNew(await componentEmbed({ binary: await parse(text), witSource: wit, world }));
  return { keeper: await build('keeper', keeper), visitor: await build('visitor', visitor) };
}
