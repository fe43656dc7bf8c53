import { buildGuest } from './build-guest.js';

export const copyInterface = 'test:guest/copier@1.0.0';

/** Bytes in one read and one write. */
export const copyChunk: number = 32 * 1024;

/** A guest that copies a stream by way of its own memory, in which all chunks take the same place. */
export function buildCopyGuest(): Promise<Uint8Array> {
  return buildGuest({
    wit: `
      world guest {
        import wasi:io/poll@0.2.3;
        import wasi:io/streams@0.2.3;
        export copier;
      }
      interface copier {
        use wasi:io/streams@0.2.3.{input-stream, output-stream};
        copy: func(source: input-stream, target: output-stream);
      }
      package wasi:io@0.2.3 {
        interface error { resource error; }
        interface poll { resource pollable { block: func(); } }
        interface streams {
          use error.{error};
          use poll.{pollable};
          variant stream-error { last-operation-failed(error), closed }
          resource input-stream {
            blocking-read: func(len: u64) -> result<list<u8>, stream-error>;
            subscribe: func() -> pollable;
          }
          resource output-stream {
            blocking-write-and-flush: func(contents: list<u8>) -> result<_, stream-error>;
          }
        }
      }`,
    wat: `
      (import "wasi:io/streams@0.2.3" "[method]input-stream.blocking-read" (func $read (param i32 i64 i32)))
      (import "wasi:io/streams@0.2.3" "[method]input-stream.subscribe" (func $subscribe (param i32) (result i32)))
      (import "wasi:io/streams@0.2.3" "[method]output-stream.blocking-write-and-flush"
        (func $write (param i32 i32 i32 i32)))
      (import "wasi:io/poll@0.2.3" "[method]pollable.block" (func $block (param i32)))
      (import "wasi:io/poll@0.2.3" "[resource-drop]pollable" (func $drop-pollable (param i32)))
      ;; code
      (func (export "${copyInterface}#copy") (param $source i32) (param $target i32)
        (local $pollable i32)
        (loop $next
          (global.set $heap (i32.const 1024))
          (local.set $pollable (call $subscribe (local.get $source)))
          (call $block (local.get $pollable))
          (call $drop-pollable (local.get $pollable))
          (call $read (local.get $source) (i64.const ${copyChunk}) (i32.const 16))
          (if (i32.load8_u (i32.const 16)) (then (return)))
          (call $write (local.get $target) (i32.load (i32.const 20)) (i32.load (i32.const 24)) (i32.const 64))
          (br $next)))`,
  });
}
