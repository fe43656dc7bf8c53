import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { decodeComponent } from '../component/index.js';
import { linkImports } from '../linker.js';
import { buildGuest } from '../testing/build-guest.js';
import { testContext } from '../testing/context.js';
import { hostInterfaces } from '../wasi/index.js';
import { type ByteSink, type ByteSource, InputStream, OutputStream } from '../wasi/io/index.js';
import { createJcoEngine } from './jco-engine.js';

const copier = 'test:guest/copier@1.0.0';
const megabyte = 1024 * 1024;
const chunkSize = 32 * 1024;

/** Copies a stream by way of its own memory, in which all chunks take the same place. */
function buildCopier(): Promise<Uint8Array> {
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
      (func (export "${copier}#copy") (param $source i32) (param $target i32)
        (local $pollable i32)
        (loop $next
          (global.set $heap (i32.const 1024))
          (local.set $pollable (call $subscribe (local.get $source)))
          (call $block (local.get $pollable))
          (call $drop-pollable (local.get $pollable))
          (call $read (local.get $source) (i64.const ${chunkSize}) (i32.const 16))
          (if (i32.load8_u (i32.const 16)) (then (return)))
          (call $write (local.get $target) (i32.load (i32.const 20)) (i32.load (i32.const 24)) (i32.const 64))
          (br $next)))`,
  });
}

/** Has a chunk in each turn of the event loop, as a socket does. */
class TurnSource implements ByteSource {
  #left: number;
  #chunk: Uint8Array | undefined;

  constructor(total: number) {
    this.#left = total;
  }

  read(max: number): Uint8Array | undefined {
    if (this.#left === 0) return undefined;
    const bytes = this.#chunk?.subarray(0, max) ?? new Uint8Array(0);
    this.#chunk = undefined;
    this.#left -= bytes.length;
    return bytes;
  }

  isReady(): boolean {
    return this.#left === 0 || this.#chunk !== undefined;
  }

  async ready(): Promise<void> {
    await nextTurn();
    this.#chunk ??= new Uint8Array(Math.min(chunkSize, this.#left));
  }

  cancel(): void {}
}

/** Is full after each write until the next turn of the event loop. */
class TurnSink implements ByteSink {
  readonly #written: (bytes: number) => void;
  #isFull = false;

  constructor(written: (bytes: number) => void) {
    this.#written = written;
  }

  capacity(): number {
    return this.#isFull ? 0 : chunkSize;
  }

  write(bytes: Uint8Array): void {
    this.#isFull = true;
    this.#written(bytes.length);
  }

  flush(): void {}

  isReady(): boolean {
    return !this.#isFull;
  }

  async ready(): Promise<void> {
    await nextTurn();
    this.#isFull = false;
  }

  close(): void {}
}

it('holds nothing of a body that a guest has passed on', async () => {
  const warmUp = 16 * megabyte;
  const total = 80 * megabyte;
  const guest = await buildCopier();
  const linkage = linkImports(decodeComponent(guest), { component: 'copier', interfaces: hostInterfaces });
  const compiled = await createJcoEngine().compile(guest, {
    component: 'copier',
    suspends: linkage.suspends,
  });
  const instance = await compiled.instantiate(linkage.bind(testContext()));

  let passed = 0;
  let usedBefore = 0;
  let usedAfter = 0;
  const sink = new TurnSink((bytes) => {
    passed += bytes;
    if (passed === warmUp) usedBefore = usedMemory();
    if (passed === total) usedAfter = usedMemory();
  });
  await instance.call(copier, 'copy', [new InputStream(new TurnSource(total)), new OutputStream(sink)]);

  expect(passed).toBe(total);
  // What V8 learns of the code on the way comes and goes by two megabytes.
  expect(usedAfter - usedBefore).toBeLessThan((total - warmUp) / 8);
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes on V8's heap and outside of it that are reachable. */
function usedMemory(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
