import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { describe, expect, it } from 'vitest';
import type { HostMembers } from '../../host-functions/host-interface.js';
import { ByteStream, MemorySink, MemorySource } from '../../host-functions/wasi/io/index.js';
import { hostImport } from '../../testing/host-import.js';
import type { ComponentInstance, InstantiateOptions } from '../engine.js';
import type { PulledBytes } from '../pulled-bytes.js';
import { createDirectEngine } from './direct-engine.js';

/** Memory and allocator, as an instance `$libc`. */
const libc = `
  (core module $Libc
    (memory (export "memory") 1)
    (global $heap (mut i32) (i32.const 4096))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local $start i32)
      (local.set $start (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
      (global.set $heap (i32.add (local.get $start) (local.get 3)))
      (local.get $start)))
  (core instance $libc (instantiate $Libc))
  (alias core export $libc "memory" (core memory $memory))
  (alias core export $libc "realloc" (core func $realloc))`;

async function start(
  text: string,
  host: HostMembers = {},
  options: InstantiateOptions = {},
): Promise<ComponentInstance> {
  const bytes = await parse(`(component ${text})`);
  const component = await createDirectEngine().compile(bytes, { component: 'guest', suspends: () => false });
  return component.instantiate(new Map([['', hostImport(host)]]), options);
}

describe('an asynchronous function that is called back', () => {
  const add = `
    ${libc}
    (core func $return (canon task.return (result u32)))
    (core module $M
      (import "" "return" (func $return (param i32)))
      (func (export "add") (param i32 i32) (result i32)
        (call $return (i32.add (local.get 0) (local.get 1)))
        (i32.const 0))
      (func (export "callback") (param i32 i32 i32) (result i32) unreachable))
    (core instance $m (instantiate $M (with "" (instance (export "return" (func $return))))))
    (func (export "add") async (param "a" u32) (param "b" u32) (result u32)
      (canon lift (core func $m "add") async (callback (core func $m "callback"))))`;

  it('returns without waiting', async () => {
    const instance = await start(add);
    expect(await instance.call('', 'add', [2, 3])).toBe(5);
    expect(await Promise.all([instance.call('', 'add', [2, 3]), instance.call('', 'add', [4, 5])])).toEqual([
      5, 9,
    ]);
  });

  const waiting = `
    ${libc}
    (import "get" (func $get async (param "key" u32) (result u32)))
    (core func $get' (canon lower (func $get) async (memory $memory)))
    (core func $return (canon task.return (result u32)))
    (core func $set.new (canon waitable-set.new))
    (core func $set.drop (canon waitable-set.drop))
    (core func $join (canon waitable.join))
    (core func $drop (canon subtask.drop))
    (core func $context.get (canon context.get i32 0))
    (core func $context.set (canon context.set i32 0))
    (core module $M
      (import "" "memory" (memory 1))
      (import "" "get" (func $get (param i32 i32) (result i32)))
      (import "" "return" (func $return (param i32)))
      (import "" "set.new" (func $set.new (result i32)))
      (import "" "set.drop" (func $set.drop (param i32)))
      (import "" "join" (func $join (param i32 i32)))
      (import "" "drop" (func $drop (param i32)))
      (import "" "context.get" (func $context.get (result i32)))
      (import "" "context.set" (func $context.set (param i32)))
      (global $room (mut i32) (i32.const 16))
      (func (export "run") (param i32) (result i32)
        (local $room i32) (local $status i32) (local $set i32)
        (local.set $room (global.get $room))
        (global.set $room (i32.add (global.get $room) (i32.const 8)))
        (local.set $status (call $get (local.get 0) (local.get $room)))
        (if (i32.eq (local.get $status) (i32.const 2))
          (then
            (call $return (i32.load (local.get $room)))
            (return (i32.const 0))))
        (local.set $set (call $set.new))
        (call $join (i32.shr_u (local.get $status) (i32.const 4)) (local.get $set))
        (i32.store offset=4 (local.get $room) (local.get $set))
        (call $context.set (local.get $room))
        (i32.or (i32.const 2) (i32.shl (local.get $set) (i32.const 4))))
      (func (export "callback") (param $code i32) (param $index i32) (param $state i32) (result i32)
        (if (i32.or (i32.ne (local.get $code) (i32.const 1)) (i32.ne (local.get $state) (i32.const 2)))
          (then unreachable))
        (call $drop (local.get $index))
        (call $set.drop (i32.load offset=4 (call $context.get)))
        (call $return (i32.load (call $context.get)))
        (i32.const 0)))
    (core instance $m (instantiate $M (with "" (instance
      (export "memory" (memory $memory))
      (export "get" (func $get'))
      (export "return" (func $return))
      (export "set.new" (func $set.new))
      (export "set.drop" (func $set.drop))
      (export "join" (func $join))
      (export "drop" (func $drop))
      (export "context.get" (func $context.get))
      (export "context.set" (func $context.set))))))
    (func (export "run") async (param "key" u32) (result u32)
      (canon lift (core func $m "run") async (callback (core func $m "callback"))))`;

  it('waits for what the host gives later, and calls go on beside one another', async () => {
    const asked = new Map<number, (value: number) => void>();
    const get = (key: number): unknown =>
      key === 0 ? 7 : new Promise<number>((resolve) => asked.set(key, resolve));
    const instance = await start(waiting, { get });
    expect(await instance.call('', 'run', [0])).toBe(7);
    const first = instance.call('', 'run', [1]);
    const second = instance.call('', 'run', [2]);
    await expect.poll(() => asked.size).toBe(2);
    asked.get(2)?.(20);
    expect(await second).toBe(20);
    asked.get(1)?.(10);
    expect(await first).toBe(10);
  });

  it('ends with its signal while it waits', async () => {
    const controller = new AbortController();
    const asked = Promise.withResolvers<void>();
    const get = (): Promise<number> => {
      asked.resolve();
      return new Promise(() => {});
    };
    const instance = await start(waiting, { get }, { signal: controller.signal });
    const call = instance.call('', 'run', [1]);
    await asked.promise;
    controller.abort(new Error('too late'));
    await expect(call).rejects.toThrow('too late');
  });
});

describe('an asynchronous function that keeps its stack', () => {
  const pump = `
    ${libc}
    (type $bytes (stream u8))
    (type $words (stream string))
    (type $signal (stream))
    (type $sum (future u32))
    (core func $return (canon task.return (result $bytes)))
    (core func $new (canon stream.new $bytes))
    (core func $read (canon stream.read $bytes (memory $memory)))
    (core func $write (canon stream.write $bytes (memory $memory)))
    (core func $drop-r (canon stream.drop-readable $bytes))
    (core func $drop-w (canon stream.drop-writable $bytes))
    (core func $return-sum (canon task.return (result $sum)))
    (core func $sum.new (canon future.new $sum))
    (core func $sum.write (canon future.write $sum (memory $memory)))
    (core func $sum.drop-w (canon future.drop-writable $sum))
    (core func $signal.read (canon stream.read $signal))
    (core func $signal.drop-r (canon stream.drop-readable $signal))
    (core func $words.read (canon stream.read $words (memory $memory) (realloc $realloc)))
    (core func $words.drop-r (canon stream.drop-readable $words))
    (core func $return-text (canon task.return (result string) (memory $memory)))
    (core module $M
      (import "" "memory" (memory 1))
      (import "" "return" (func $return (param i32)))
      (import "" "new" (func $new (result i64)))
      (import "" "read" (func $read (param i32 i32 i32) (result i32)))
      (import "" "write" (func $write (param i32 i32 i32) (result i32)))
      (import "" "drop-r" (func $drop-r (param i32)))
      (import "" "drop-w" (func $drop-w (param i32)))
      (import "" "return-sum" (func $return-sum (param i32)))
      (import "" "sum.new" (func $sum.new (result i64)))
      (import "" "sum.write" (func $sum.write (param i32 i32) (result i32)))
      (import "" "sum.drop-w" (func $sum.drop-w (param i32)))
      (import "" "signal.read" (func $signal.read (param i32 i32 i32) (result i32)))
      (import "" "signal.drop-r" (func $signal.drop-r (param i32)))
      (import "" "words.read" (func $words.read (param i32 i32 i32) (result i32)))
      (import "" "words.drop-r" (func $words.drop-r (param i32)))
      (import "" "return-text" (func $return-text (param i32 i32)))
      (func (export "pass") (param i32) (call $return (local.get 0)))
      (func (export "pump") (param $in i32)
        (local $ends i64) (local $out i32) (local $status i32) (local $start i32) (local $count i32)
        (local.set $ends (call $new))
        (local.set $out (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
        (call $return (i32.wrap_i64 (local.get $ends)))
        (loop $chunks
          (local.set $status (call $read (local.get $in) (i32.const 1024) (i32.const 8)))
          (local.set $count (i32.shr_u (local.get $status) (i32.const 4)))
          (if (i32.gt_u (local.get $count) (i32.const 0))
            (then
              (local.set $status (call $write (local.get $out) (i32.const 1024) (local.get $count)))
              (br_if $chunks (i32.eqz (i32.and (local.get $status) (i32.const 0xf)))))))
        (call $drop-r (local.get $in))
        (call $drop-w (local.get $out)))
      (func (export "count") (param $in i32)
        (local $ends i64) (local $status i32) (local $out i32)
        (local.set $ends (call $sum.new))
        (local.set $out (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
        (call $return-sum (i32.wrap_i64 (local.get $ends)))
        (loop $signals
          (local.set $status (call $signal.read (local.get $in) (i32.const 0) (i32.const 3)))
          (i32.store (i32.const 16)
            (i32.add (i32.load (i32.const 16)) (i32.shr_u (local.get $status) (i32.const 4))))
          (br_if $signals (i32.eqz (i32.and (local.get $status) (i32.const 0xf)))))
        (call $signal.drop-r (local.get $in))
        (drop (call $sum.write (local.get $out) (i32.const 16)))
        (call $sum.drop-w (local.get $out)))
      (func (export "second") (param $in i32)
        (drop (call $words.read (local.get $in) (i32.const 32) (i32.const 1)))
        (drop (call $words.read (local.get $in) (i32.const 32) (i32.const 1)))
        (call $words.drop-r (local.get $in))
        (call $return-text (i32.load (i32.const 32)) (i32.load (i32.const 36)))))
    (core instance $m (instantiate $M (with "" (instance
      (export "memory" (memory $memory))
      (export "return" (func $return))
      (export "new" (func $new))
      (export "read" (func $read))
      (export "write" (func $write))
      (export "drop-r" (func $drop-r))
      (export "drop-w" (func $drop-w))
      (export "return-sum" (func $return-sum))
      (export "sum.new" (func $sum.new))
      (export "sum.write" (func $sum.write))
      (export "sum.drop-w" (func $sum.drop-w))
      (export "signal.read" (func $signal.read))
      (export "signal.drop-r" (func $signal.drop-r))
      (export "words.read" (func $words.read))
      (export "words.drop-r" (func $words.drop-r))
      (export "return-text" (func $return-text))))))
    (func (export "pass") async (param "in" $bytes) (result $bytes) (canon lift (core func $m "pass") async))
    (func (export "pump") async (param "in" $bytes) (result $bytes) (canon lift (core func $m "pump") async))
    (func (export "count") async (param "in" $signal) (result $sum) (canon lift (core func $m "count") async))
    (func (export "second") async (param "in" $words) (result string)
      (canon lift (core func $m "second") async (memory $memory)))`;

  it('passes a stream on in chunks as the guest reads them', async () => {
    const instance = await start(pump);
    const out = await instance.call('', 'pump', [chunks(bytes('abcdefghijk'), bytes('lm'))]);
    expect(await text(out)).toEqual(['abcdefgh', 'ijk', 'lm']);
  });

  it('gives back a stream that the guest does not touch', async () => {
    const instance = await start(pump);
    expect(await text(await instance.call('', 'pass', [chunks(bytes('one'), bytes('two'))]))).toEqual([
      'one',
      'two',
    ]);
  });

  it('gives back the very stream that the guest does not touch, to whoever made it', async () => {
    const instance = await start(pump);
    const stream = chunks(bytes('one'));
    expect(await instance.call('', 'pass', [stream])).toBe(stream);
  });

  it('reads and gives bytes without promises where they are there', async () => {
    const instance = await start(pump);
    const source = new MemorySource();
    const out = (await instance.call('', 'pump', [new ByteStream(source)])) as PulledBytes;
    expect([out.isReady(), out.read(8)]).toEqual([false, new Uint8Array(0)]);
    source.push(bytes('abcdefghijk'));
    await out.ready();
    expect([3, 8].map((max) => Buffer.from(out.read(max) ?? []).toString())).toEqual(['abc', 'defgh']);
    await out.ready();
    expect(Buffer.from(out.read(8) ?? []).toString()).toBe('ijk');
    source.end();
    await out.ready();
    expect([out.isReady(), out.read(8)]).toEqual([true, undefined]);
  });

  it('gives bytes to a sink as the guest writes them, at the pace of the sink', async () => {
    const instance = await start(pump);
    const source = new MemorySource();
    const sink = new MemorySink(8);
    const out = (await instance.call('', 'pump', [new ByteStream(source)])) as PulledBytes;
    const piped = out.pipeTo?.(sink);
    source.push(bytes('abcdefghijk'));
    await expect.poll(() => sink.capacity()).toBe(0);
    expect(sink.text()).toBe('abcdefgh');
    await expect.poll(() => sink.capacity()).toBe(5);
    expect(sink.text()).toBe('ijk');
    source.end();
    expect(await piped).toEqual({ kind: 'complete' });
  });

  it('tells its writer when the sink takes no more, and whoever pipes why the writer ended', async () => {
    const instance = await start(pump);
    const source = new MemorySource([bytes('abc'), bytes('def')]);
    const closed = new MemorySink();
    closed.close();
    const out = (await instance.call('', 'pump', [new ByteStream(source)])) as PulledBytes;
    expect(await out.pipeTo?.(closed)).toEqual({ kind: 'refused' });
    await expect.poll(() => source.cancelled).toBe(true);
    const controller = new AbortController();
    const ended = await start(pump, {}, { signal: controller.signal });
    const left = (await ended.call('', 'pump', [new ByteStream(new MemorySource())])) as PulledBytes;
    const piped = left.pipeTo?.(new MemorySink());
    controller.abort(new Error('too late'));
    expect(await piped).toMatchObject({ kind: 'failed' });
  });

  it('tells the host when its reader cancels, and the reader when the guest ends', async () => {
    const instance = await start(pump);
    const source = new MemorySource();
    const out = (await instance.call('', 'pump', [new ByteStream(source)])) as PulledBytes;
    out.cancel();
    source.push(bytes('abc'));
    await expect.poll(() => source.cancelled).toBe(true);
    const controller = new AbortController();
    const ended = await start(pump, {}, { signal: controller.signal });
    const left = (await ended.call('', 'pump', [new ByteStream(new MemorySource())])) as PulledBytes;
    const ready = left.ready();
    controller.abort(new Error('too late'));
    await ready;
    expect(() => left.read(8)).toThrow('too late');
  });

  it('takes no more of the stream of the host once its reader has gone', async () => {
    const instance = await start(pump);
    const source = watched(bytes('abcd'), bytes('efgh'), bytes('ijkl'));
    const out = (await instance.call('', 'pump', [source.stream])) as AsyncIterable<Uint8Array>;
    for await (const chunk of out) {
      expect(Buffer.from(chunk).toString()).toBe('abcd');
      break;
    }
    await source.ended;
    expect(source.given).toBeLessThan(4);
  });

  it('counts a stream of nothing, and writes the sum to a future', async () => {
    const instance = await start(pump);
    const units = [undefined, undefined, undefined, undefined];
    expect(await instance.call('', 'count', [chunks(units, units)])).toBe(8);
  });

  it('reads values that are put into its memory', async () => {
    const instance = await start(pump);
    expect(await instance.call('', 'second', [chunks(['one', 'two', 'three'])])).toBe('two');
  });

  it('ends when a stream of the host fails', async () => {
    const instance = await start(pump);
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield bytes('abc');
      throw new Error('the disk is gone');
    }
    const out = await instance.call('', 'pump', [failing()]);
    await expect(text(out)).rejects.toThrow('the disk is gone');
  });
});

function bytes(content: string): Uint8Array {
  return Buffer.from(content);
}

async function* chunks(...given: unknown[]): AsyncGenerator<unknown> {
  yield* given;
}

async function text(stream: unknown): Promise<string[]> {
  const read: string[] = [];
  for await (const chunk of stream as AsyncIterable<Uint8Array>) read.push(Buffer.from(chunk).toString());
  return read;
}

/** A stream of the host that knows how much was taken of it and when nobody wants more. */
function watched(...given: Uint8Array[]): {
  stream: AsyncIterable<Uint8Array>;
  given: number;
  ended: Promise<void>;
} {
  const ended = Promise.withResolvers<void>();
  const watch = { stream: generate(), given: 0, ended: ended.promise };
  async function* generate(): AsyncGenerator<Uint8Array> {
    try {
      for (const chunk of given) {
        watch.given++;
        yield chunk;
      }
    } finally {
      ended.resolve();
    }
  }
  return watch;
}
