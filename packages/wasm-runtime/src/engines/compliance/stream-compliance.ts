import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { hostInterfaces } from '../../host-functions/wasi/index.js';
import {
  type ByteSink,
  type ByteSource,
  InputStream,
  MemorySink,
  MemorySource,
  OutputStream,
} from '../../host-functions/wasi/io/index.js';
import { buildCopyGuest, copyChunk, copyInterface } from '../../testing/copy-guest.js';
import type { Engine } from '../engine.js';
import { compileLinked } from './engine-fixture.js';
import { WatchedSource } from './watched-source.js';

const megabyte = 1024 * 1024;

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
    this.#chunk ??= new Uint8Array(Math.min(copyChunk, this.#left));
  }

  cancel(): void {}
}

/** Is full after each write until the next turn of the event loop. */
class TurnSink implements ByteSink {
  readonly #onTurn: (passed: number) => Promise<void>;
  #passed = 0;
  #isFull = false;

  constructor(onTurn: (passed: number) => Promise<void>) {
    this.#onTurn = onTurn;
  }

  capacity(): number {
    return this.#isFull ? 0 : copyChunk;
  }

  write(bytes: Uint8Array): void {
    this.#isFull = true;
    this.#passed += bytes.length;
  }

  flush(): void {}

  isReady(): boolean {
    return !this.#isFull;
  }

  async ready(): Promise<void> {
    await nextTurn();
    await this.#onTurn(this.#passed);
    this.#isFull = false;
  }

  close(): void {}
}

/** Streams of WASI whose ends wait for each other. */
export function streamCompliance(engine: Engine): void {
  describe('a stream', () => {
    it('comes through a guest as it went in', async () => {
      const compiled = await compileLinked(engine, await buildCopyGuest(), hostInterfaces);
      const instance = await compiled.start();
      const source = new MemorySource();
      const sink = new MemorySink();
      const copying = instance.call(copyInterface, 'copy', [new InputStream(source), new OutputStream(sink)]);
      const sent = Buffer.alloc(100_000, 'chunk of bytes ');
      for (let at = 0; at < sent.length; at += 7919) {
        await nextTurn();
        source.push(sent.subarray(at, at + 7919));
      }
      source.end();
      await copying;
      expect(Buffer.concat([sink.take()]).equals(sent)).toBe(true);
    });

    it('leaves nothing behind in the host when a guest has passed it on', async () => {
      const warmUp = 16 * megabyte;
      const total = 80 * megabyte;
      const compiled = await compileLinked(engine, await buildCopyGuest(), hostInterfaces);
      const instance = await compiled.start();
      let usedBefore = 0;
      let usedAfter = 0;
      const sink = new TurnSink(async (passed) => {
        if (passed === warmUp) usedBefore = await usedMemory();
        if (passed === total) usedAfter = await usedMemory();
      });
      await instance.call(copyInterface, 'copy', [
        new InputStream(new TurnSource(total)),
        new OutputStream(sink),
      ]);

      expect(usedAfter).toBeGreaterThan(0);
      // What V8 learns of the code on the way comes and goes by two megabytes.
      expect(usedAfter - usedBefore).toBeLessThan((total - warmUp) / 8);
    });

    it('that never comes ends with the signal', async () => {
      const compiled = await compileLinked(engine, await buildCopyGuest(), hostInterfaces);
      const controller = new AbortController();
      const instance = await compiled.start({ signal: controller.signal });
      const source = new WatchedSource();
      const copying = instance.call(copyInterface, 'copy', [
        new InputStream(source),
        new OutputStream(new MemorySink()),
      ]);
      await source.isAwaited;
      controller.abort(new Error('the caller left'));
      await expect(copying).rejects.toMatchObject({ kind: 'aborted' });
    });
  });
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes on V8's heap and in buffers that are reachable. */
async function usedMemory(): Promise<number> {
  collectGarbage();
  // Buffers are given back a little later than the objects they belong to.
  await nextTurn();
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
