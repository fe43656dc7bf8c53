import { httpErrorCodeWit } from './http-error-code-wit.js';

/** A guest as text: WIT with one world `guest`, and its core module, cut at `;; code`, where memory and allocator belong. */
export interface GuestText {
  readonly wit: string;
  readonly wat: string;
}

/** Verbatim id of what the guests export. */
export const http03GuestExport = 'wasi:http/handler@0.3.2';

const types = 'wasi:http/types@0.3.2';
const response = '[static]response.new';

const httpPackage = `
  package wasi:http@0.3.2 {
    interface types {
      ${httpErrorCodeWit}
      variant header-error { invalid-syntax, forbidden, immutable, size-exceeded, other(option<string>) }
      resource fields {
        constructor();
        append: func(name: string, value: list<u8>) -> result<_, header-error>;
      }
      resource request-options {}
      resource request {
        get-path-with-query: func() -> option<string>;
        set-authority: func(authority: option<string>) -> result;
        consume-body: static func(this: request, res: future<result<_, error-code>>)
          -> tuple<stream<u8>, future<result<option<fields>, error-code>>>;
      }
      resource response {
        new: static func(headers: fields, contents: option<stream<u8>>, trailers: future<result<option<fields>, error-code>>)
          -> tuple<response, future<result<_, error-code>>>;
      }
    }
    interface handler {
      use types.{request, response, error-code};
      handle: async func(request: request) -> result<response, error-code>;
    }
    interface client {
      use types.{request, response, error-code};
      send: async func(request: request) -> result<response, error-code>;
    }
  }`;

const taskReturn = `(import "[export]${http03GuestExport}" "[task-return]handle"
    (func $return (param i32 i32 i32 i64 i32 i32 i32 i32)))`;

/**
 * Answers 200 with the header `x-path`, and with the request's body and trailers as they come. It copies the body through its own memory, in
 * a task that keeps its stack.
 */
export const http03Guest: GuestText = {
  wit: `
  world guest {
    import ${types};
    export ${http03GuestExport};
  }
  ${httpPackage}`,
  wat: `
  (import "${types}" "[constructor]fields" (func $fields (result i32)))
  (import "${types}" "[method]fields.append" (func $append (param i32 i32 i32 i32 i32 i32)))
  (import "${types}" "[method]request.get-path-with-query" (func $path (param i32 i32)))
  (import "${types}" "[static]request.consume-body" (func $consume (param i32 i32 i32)))
  (import "${types}" "[future-new-0][static]request.consume-body" (func $handled.new (result i64)))
  (import "${types}" "[future-write-0][static]request.consume-body" (func $handled.write (param i32 i32) (result i32)))
  (import "${types}" "[future-drop-writable-0][static]request.consume-body" (func $handled.drop (param i32)))
  (import "${types}" "[stream-read-1][static]request.consume-body" (func $read (param i32 i32 i32) (result i32)))
  (import "${types}" "[stream-drop-readable-1][static]request.consume-body" (func $source.drop (param i32)))
  (import "${types}" "${response}" (func $response (param i32 i32 i32 i32 i32)))
  (import "${types}" "[stream-new-0]${response}" (func $stream.new (result i64)))
  (import "${types}" "[stream-write-0]${response}" (func $write (param i32 i32 i32) (result i32)))
  (import "${types}" "[stream-drop-writable-0]${response}" (func $sink.drop (param i32)))
  (import "${types}" "[future-drop-readable-2]${response}" (func $sent.drop (param i32)))
  ${taskReturn}
  ;; code
  (data (i32.const 512) "x-path")
  (func (export "[async-lift-stackful]${http03GuestExport}#handle") (param $request i32)
    (local $headers i32) (local $handled i64) (local $stream i64) (local $source i32) (local $sink i32)
    (local $status i32) (local $at i32) (local $count i32)
    (local.set $headers (call $fields))
    (call $path (local.get $request) (i32.const 16))
    (call $append (local.get $headers)
      (i32.const 512) (i32.const 6)
      (i32.load (i32.const 20)) (i32.load (i32.const 24))
      (i32.const 64))
    (local.set $handled (call $handled.new))
    (call $consume (local.get $request) (i32.wrap_i64 (local.get $handled)) (i32.const 16))
    (local.set $source (i32.load (i32.const 16)))
    (local.set $stream (call $stream.new))
    (local.set $sink (i32.wrap_i64 (i64.shr_u (local.get $stream) (i64.const 32))))
    (call $response (local.get $headers)
      (i32.const 1) (i32.wrap_i64 (local.get $stream))
      (i32.load (i32.const 20))
      (i32.const 32))
    (call $sent.drop (i32.load (i32.const 36)))
    (call $return (i32.const 0) (i32.load (i32.const 32))
      (i32.const 0) (i64.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
    (block $end
      (loop $next
        (local.set $status (call $read (local.get $source) (i32.const 4096) (i32.const 16384)))
        (local.set $count (i32.shr_u (local.get $status) (i32.const 4)))
        (local.set $at (i32.const 4096))
        (block $written
          (loop $rest
            (br_if $written (i32.eqz (local.get $count)))
            (local.set $count (i32.sub (local.get $count) (local.tee $headers
              (i32.shr_u (call $write (local.get $sink) (local.get $at) (local.get $count)) (i32.const 4)))))
            (local.set $at (i32.add (local.get $at) (local.get $headers)))
            ;; Nothing was taken: nobody reads.
            (br_if $end (i32.eqz (local.get $headers)))
            (br $rest)))
        (br_if $next (i32.eqz (i32.and (local.get $status) (i32.const 15))))))
    (call $source.drop (local.get $source))
    (call $sink.drop (local.get $sink))
    (drop (call $handled.write (i32.wrap_i64 (i64.shr_u (local.get $handled) (i64.const 32))) (i32.const 128)))
    (call $handled.drop (i32.wrap_i64 (i64.shr_u (local.get $handled) (i64.const 32)))))`,
};

/** The same, but that it leaves the writing end of its body open, and that of the request's trailers. */
export const http03Leaver: GuestText = {
  ...http03Guest,
  wat: http03Guest.wat.replace('(call $sink.drop (local.get $sink))', ''),
};

/** Sends each request on to `upstream` and answers with what comes back: neither body passes through its memory. */
export const http03Proxy: GuestText = {
  wit: `
  world guest {
    import ${types};
    import wasi:http/client@0.3.2;
    export ${http03GuestExport};
  }
  ${httpPackage}`,
  wat: `
  (import "${types}" "[method]request.set-authority" (func $set-authority (param i32 i32 i32 i32) (result i32)))
  (import "wasi:http/client@0.3.2" "send" (func $send (param i32 i32)))
  ${taskReturn}
  ;; code
  (data (i32.const 512) "upstream")
  (func (export "[async-lift-stackful]${http03GuestExport}#handle") (param $request i32)
    (drop (call $set-authority (local.get $request) (i32.const 1) (i32.const 512) (i32.const 8)))
    (call $send (local.get $request) (i32.const 16))
    ;; Of an error-code only its case: 37 is configuration-error.
    (if (i32.load8_u (i32.const 16))
      (then (call $return (i32.const 1) (i32.const 37)
        (i32.const 0) (i64.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
      (else (call $return (i32.const 0) (i32.load (i32.const 24))
        (i32.const 0) (i64.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))))`,
};
