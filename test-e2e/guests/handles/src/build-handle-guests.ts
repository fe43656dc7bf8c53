import { componentEmbed, componentNew, parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { callerInterface, countersInterface, lettersInterface, streamsInterface, wit } from './interfaces.js';

export interface HandleGuests {
  /** Exports `streams` and `counters`. */
  readonly callee: Uint8Array;
  /** Imports those, and passes on what it is asked for through `relay`. */
  readonly caller: Uint8Array;
  /** Exports `letters`: a stream of the component model, by an asynchronous function. */
  readonly writer: Uint8Array;
}

const io = 'wasi:io/streams@0.2.3';

/** 1 MiB, of which what is read into is used again. */
const memory = `
  (memory (export "memory") 16)
  (global $heap (mut i32) (i32.const 4096))
  (func $alloc (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $start i32)
    (local.set $start (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
    (global.set $heap (i32.add (local.get $start) (local.get 3)))
    (local.get $start))`;

const readImports = `
  (import "${io}" "[method]input-stream.blocking-read" (func $read (param i32 i64 i32)))
  (import "${io}" "[resource-drop]input-stream" (func $drop-stream (param i32)))
  (import "wasi:io/error@0.2.3" "[resource-drop]error" (func $drop-error (param i32)))`;

/** Reads at most so many bytes, drops the stream and leaves a result<u64, string> at 64. */
const readAll = `
  (data (i32.const 512) "the stream broke off")
  (func $consume (param $stream i32) (param $limit i64) (result i32)
    (local $size i64)
    (local $heap i32)
    (local.set $heap (global.get $heap))
    (block $done
      (loop $again
        (br_if $done (i64.ge_u (local.get $size) (local.get $limit)))
        (global.set $heap (local.get $heap))
        (call $read (local.get $stream) (i64.const 65536) (i32.const 16))
        (if (i32.eqz (i32.load8_u (i32.const 16)))
          (then
            (local.set $size (i64.add (local.get $size) (i64.extend_i32_u (i32.load (i32.const 24)))))
            (br $again)))
        (if (i32.eqz (i32.load8_u (i32.const 20)))
          (then
            (call $drop-error (i32.load (i32.const 24)))
            (call $drop-stream (local.get $stream))
            (i32.store8 (i32.const 64) (i32.const 1))
            (i32.store (i32.const 72) (i32.const 512))
            (i32.store (i32.const 76) (i32.const 20))
            (return (i32.const 64))))))
    (call $drop-stream (local.get $stream))
    (i32.store8 (i32.const 64) (i32.const 0))
    (i64.store (i32.const 72) (local.get $size))
    (i32.const 64))`;

const callee = `(module
  ${readImports}
  (import "[export]${countersInterface}" "[resource-new]counter" (func $new (param i32) (result i32)))
  (import "[export]${countersInterface}" "[resource-rep]counter" (func $rep (param i32) (result i32)))
  (import "[export]${countersInterface}" "[resource-drop]counter" (func $drop-counter (param i32)))
  ${memory} ${readAll}
  (data (i32.const 544) "no start")
  (func (export "${streamsInterface}#measure") (param i32) (result i32)
    (call $consume (local.get 0) (i64.const -1)))
  (func (export "${streamsInterface}#first") (param i32 i64) (result i32)
    (call $consume (local.get 0) (local.get 1)))
  (func (export "${streamsInterface}#echo") (param i32) (result i32) (local.get 0))
  (func (export "${streamsInterface}#unpack") (param i32 i32 i32 i32 i32 i32) (result i32)
    (local $list i32)
    (local.set $list
      (call $alloc (i32.const 0) (i32.const 0) (i32.const 4)
        (i32.mul (i32.const 4) (i32.add (local.get 3) (i32.const 1)))))
    (memory.copy (local.get $list) (local.get 2) (i32.mul (i32.const 4) (local.get 3)))
    (if (local.get 4)
      (then
        (i32.store (i32.add (local.get $list) (i32.mul (i32.const 4) (local.get 3))) (local.get 5))))
    (i32.store (i32.const 80) (local.get $list))
    (i32.store (i32.const 84) (i32.add (local.get 3) (i32.ne (local.get 4) (i32.const 0))))
    (i32.const 80))
  (func $make (param $start i32) (result i32)
    (local $counter i32)
    (local.set $counter (call $alloc (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 4)))
    (i32.store (local.get $counter) (local.get $start))
    (call $new (local.get $counter)))
  (func $add (param i32 i32) (result i32)
    (i32.store (local.get 0) (i32.add (i32.load (local.get 0)) (local.get 1)))
    (i32.load (local.get 0)))
  (func (export "${countersInterface}#[constructor]counter") (param i32) (result i32)
    (call $make (local.get 0)))
  (func (export "${countersInterface}#[method]counter.add") (param i32 i32) (result i32)
    (call $add (local.get 0) (local.get 1)))
  (func (export "${countersInterface}#[static]counter.make") (param i32 i32) (result i32)
    (if (local.get 0)
      (then
        (i32.store8 (i32.const 96) (i32.const 0))
        (i32.store (i32.const 100) (call $make (local.get 1))))
      (else
        (i32.store8 (i32.const 96) (i32.const 1))
        (i32.store (i32.const 100) (i32.const 544))
        (i32.store (i32.const 104) (i32.const 8))))
    (i32.const 96))
  (func (export "${countersInterface}#[method]counter.measure") (param i32 i32) (result i32)
    (drop (call $consume (local.get 1) (i64.const -1)))
    (call $add (local.get 0) (i32.load (i32.const 72))))
  (func (export "${countersInterface}#twin") (param i32) (result i32)
    (i32.store (i32.const 112) (i32.load (local.get 0)))
    (i32.store (i32.const 116) (call $make (i32.load (local.get 0))))
    (i32.const 112))
  (func (export "${countersInterface}#finish") (param i32) (result i32)
    (local $value i32)
    (local.set $value (i32.load (call $rep (local.get 0))))
    (call $drop-counter (local.get 0))
    (local.get $value))
  (func (export "${countersInterface}#crash") (param i32) unreachable)
  (func (export "${countersInterface}#[dtor]counter") (param i32) (i32.store (local.get 0) (i32.const -1))))`;

const caller = `(module
  (import "${io}" "[resource-drop]input-stream" (func $drop-stream (param i32)))
  (import "${streamsInterface}" "measure" (func $measure (param i32 i32)))
  (import "${streamsInterface}" "first" (func $first (param i32 i64 i32)))
  (import "${streamsInterface}" "echo" (func $echo (param i32) (result i32)))
  (import "${countersInterface}" "[constructor]counter" (func $new (param i32) (result i32)))
  (import "${countersInterface}" "[method]counter.add" (func $add (param i32 i32) (result i32)))
  (import "${countersInterface}" "[static]counter.make" (func $make (param i32 i32 i32)))
  (import "${countersInterface}" "[resource-drop]counter" (func $drop-counter (param i32)))
  (import "${countersInterface}" "finish" (func $finish (param i32) (result i32)))
  ${memory}
  (func (export "${callerInterface}#measure") (param i32) (result i32)
    (call $measure (local.get 0) (i32.const 64))
    (i32.const 64))
  (func (export "${callerInterface}#first") (param i32 i64) (result i32)
    (call $first (local.get 0) (local.get 1) (i32.const 64))
    (i32.const 64))
  (func (export "${callerInterface}#echo") (param i32) (result i32) (call $echo (local.get 0)))
  (func (export "${callerInterface}#ignore") (param i32) (call $drop-stream (call $echo (local.get 0))))
  (func $add-times (param $counter i32) (param $times i32) (result i32)
    (local $value i32)
    (loop $again
      (local.set $value (call $add (local.get $counter) (i32.const 1)))
      (local.set $times (i32.sub (local.get $times) (i32.const 1)))
      (br_if $again (local.get $times)))
    (local.get $value))
  (func (export "${callerInterface}#count") (param i32 i32) (result i32)
    (local $counter i32)
    (local $value i32)
    (local.set $counter (call $new (local.get 0)))
    (local.set $value (call $add-times (local.get $counter) (local.get 1)))
    (call $drop-counter (local.get $counter))
    (local.get $value))
  (func (export "${callerInterface}#count-and-finish") (param i32 i32) (result i32)
    (local $counter i32)
    (call $make (i32.const 1) (local.get 0) (i32.const 64))
    (if (i32.load8_u (i32.const 64)) (then unreachable))
    (local.set $counter (i32.load (i32.const 68)))
    (drop (call $add-times (local.get $counter) (local.get 1)))
    (call $finish (local.get $counter)))
  (func (export "${callerInterface}#leave") (param i32) (result i32)
    (call $add (call $new (local.get 0)) (i32.const 1))))`;

const writer = `(module
  (import "[export]${lettersInterface}" "[task-return]repeat" (func $return (param i32)))
  (import "[export]${lettersInterface}" "[stream-new-0]repeat" (func $new-stream (result i64)))
  (import "[export]${lettersInterface}" "[async-lower][stream-write-0]repeat"
    (func $write (param i32 i32 i32) (result i32)))
  (import "[export]${lettersInterface}" "[stream-drop-writable-0]repeat" (func $drop (param i32)))
  (import "$root" "[waitable-set-new]" (func $new-set (result i32)))
  (import "$root" "[waitable-join]" (func $join (param i32 i32)))
  ${memory}
  (data (i32.const 512) "abc")
  (global $left (mut i32) (i32.const 0))
  (global $writable (mut i32) (i32.const 0))
  (global $set (mut i32) (i32.const 0))
  (func $step (result i32)
    (loop $again
      (if (i32.eqz (global.get $left))
        (then
          (call $join (global.get $writable) (i32.const 0))
          (call $drop (global.get $writable))
          (return (i32.const 0))))
      (global.set $left (i32.sub (global.get $left) (i32.const 1)))
      (br_if $again
        (i32.ne (call $write (global.get $writable) (i32.const 512) (i32.const 3)) (i32.const -1))))
    ;; Blocked: to be called again when the write is done.
    (i32.or (i32.const 2) (i32.shl (global.get $set) (i32.const 4))))
  (func (export "[async-lift]${lettersInterface}#repeat") (param $times i32) (result i32)
    (local $ends i64)
    (local.set $ends (call $new-stream))
    (global.set $writable (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
    (global.set $left (local.get $times))
    (global.set $set (call $new-set))
    (call $join (global.get $writable) (global.get $set))
    (call $return (i32.wrap_i64 (local.get $ends)))
    (call $step))
  (func (export "[callback][async-lift]${lettersInterface}#repeat") (param i32 i32 i32) (result i32)
    (call $step)))`;

/** Builds them from text, in some 100 ms. */
export async function buildHandleGuests(): Promise<HandleGuests> {
  const build = async (world: string, text: string): Promise<Uint8Array> =>
    componentNew(await componentEmbed({ binary: await parse(text), witSource: wit, world }));
  return {
    callee: await build('callee', callee),
    caller: await build('caller', caller),
    writer: await build('writer', writer),
  };
}
