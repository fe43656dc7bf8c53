import { http02Wit } from './http02-wit.js';
import type { GuestText } from './http03-guests.js';

/** Verbatim id of what the guest exports. */
export const http02GuestExport = 'wasi:http/incoming-handler@0.2.3';

const types = 'wasi:http/types@0.2.3';
const streams = 'wasi:io/streams@0.2.3';

const wit = `
  world guest {
    import wasi:io/streams@0.2.3;
    import wasi:http/types@0.2.3;
    export wasi:http/incoming-handler@0.2.3;
  }
  ${http02Wit}`;

const wat = `
  (import "${types}" "[constructor]fields" (func $fields (result i32)))
  (import "${types}" "[method]fields.append" (func $append (param i32 i32 i32 i32 i32 i32)))
  (import "${types}" "[method]incoming-request.path-with-query" (func $path (param i32 i32)))
  (import "${types}" "[method]incoming-request.consume" (func $consume (param i32 i32)))
  (import "${types}" "[resource-drop]incoming-request" (func $drop-request (param i32)))
  (import "${types}" "[method]incoming-body.stream" (func $stream (param i32 i32)))
  (import "${types}" "[resource-drop]incoming-body" (func $drop-incoming (param i32)))
  (import "${types}" "[constructor]outgoing-response" (func $response (param i32) (result i32)))
  (import "${types}" "[method]outgoing-response.body" (func $body (param i32 i32)))
  (import "${types}" "[method]outgoing-body.write" (func $write-stream (param i32 i32)))
  (import "${types}" "[static]outgoing-body.finish" (func $finish (param i32 i32 i32 i32)))
  (import "${types}" "[static]response-outparam.set" (func $set (param i32 i32 i32 i32 i64 i32 i32 i32 i32)))
  (import "${streams}" "[method]input-stream.blocking-read" (func $read (param i32 i64 i32)))
  (import "${streams}" "[resource-drop]input-stream" (func $drop-input (param i32)))
  (import "${streams}" "[method]output-stream.blocking-write-and-flush" (func $write (param i32 i32 i32 i32)))
  (import "${streams}" "[resource-drop]output-stream" (func $drop-output (param i32)))
  ;; code
  (data (i32.const 512) "x-path")
  (func (export "${http02GuestExport}#handle") (param $request i32) (param $out i32)
    (local $headers i32)
    (local $response i32)
    (local $outgoing i32)
    (local $incoming i32)
    (local $input i32)
    (local $output i32)
    (local.set $headers (call $fields))
    (call $path (local.get $request) (i32.const 16))
    (call $append (local.get $headers)
      (i32.const 512) (i32.const 6)
      (i32.load (i32.const 20)) (i32.load (i32.const 24))
      (i32.const 64))
    (local.set $response (call $response (local.get $headers)))
    (call $body (local.get $response) (i32.const 16))
    (local.set $outgoing (i32.load (i32.const 20)))
    (call $write-stream (local.get $outgoing) (i32.const 16))
    (local.set $output (i32.load (i32.const 20)))
    (call $set (local.get $out) (i32.const 0) (local.get $response)
      (i32.const 0) (i64.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
    (call $consume (local.get $request) (i32.const 16))
    (local.set $incoming (i32.load (i32.const 20)))
    (call $stream (local.get $incoming) (i32.const 16))
    (local.set $input (i32.load (i32.const 20)))
    (block $end
      (loop $next
        (global.set $heap (i32.const 1024))
        (call $read (local.get $input) (i64.const 16384) (i32.const 16))
        (br_if $end (i32.load8_u (i32.const 16)))
        (call $write (local.get $output) (i32.load (i32.const 20)) (i32.load (i32.const 24)) (i32.const 64))
        (br $next)))
    (call $drop-input (local.get $input))
    (call $drop-incoming (local.get $incoming))
    (call $drop-request (local.get $request))
    (call $drop-output (local.get $output))
    (call $finish (local.get $outgoing) (i32.const 0) (i32.const 0) (i32.const 64)))`;

/** An HTTP guest of WASI 0.2: answers 200 with the header `x-path`, and with the request's body as it comes. */
export const http02Guest: GuestText = { wit, wat };
