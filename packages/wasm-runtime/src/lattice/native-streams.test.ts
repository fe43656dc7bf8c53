import { func, t, type WitFunction } from '@wasmlattice/rpc';
import { beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../engines/create-engine.js';
import type { CompiledComponent } from '../engines/engine.js';
import { decodeComponent } from '../formats/component/index.js';
import { linkImports } from '../linker/linker.js';
import { buildGuest } from '../testing/build-guest.js';
import { testContext, testLinks } from '../testing/context.js';
import { InstanceHandles } from './instance-handles.js';
import { type LatticeExports, planLatticeExports } from './lattice-exports.js';

const id = 'test:guest/native@1.0.0';

/** Gives back the very stream or future it gets, or drops it. */
const guest = {
  wit: `
    world guest { export native; }
    interface native {
      bytes: func(data: stream<u8>) -> stream<u8>;
      words: func(data: stream<string>) -> tuple<stream<string>>;
      later: func(value: future<u32>) -> tuple<future<u32>>;
      ignore: func(data: stream<u8>);
    }`,
  wat: `
    (import "[export]${id}" "[stream-drop-readable-0]ignore" (func $drop (param i32)))
    ;; code
    (func (export "${id}#bytes") (param i32) (result i32) (local.get 0))
    (func (export "${id}#words") (param i32) (result i32) (local.get 0))
    (func (export "${id}#later") (param i32) (result i32) (local.get 0))
    (func (export "${id}#ignore") (param i32) (call $drop (local.get 0)))`,
};

let compiled: CompiledComponent;
let exported: LatticeExports;
beforeAll(async () => {
  const bytes = await buildGuest(guest);
  exported = planLatticeExports(decodeComponent(bytes), () => false);
  compiled = await createEngine().compile(bytes, { component: 'native', suspends: () => false });
});

async function call(name: string, over: AbortSignal, ...params: unknown[]): Promise<unknown> {
  const found = exported.functions.find((each) => each.func.name === name);
  if (found === undefined) throw new Error(`${name} is not exported`);
  const handles = new InstanceHandles();
  handles.begin({ signal: over });
  const ends = handles.call();
  const instance = await compiled.instantiate(new Map());
  return found.form.convertResult(
    await instance.call(id, name, found.form.convertParams(params, ends)),
    ends,
  );
}

const never = new AbortController().signal;

/** Chunks of one element; tells when its reader has left. */
function chunks<T>(...all: T[]): { data: AsyncIterable<T>; left: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let next = 0;
  const data = {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        const value = all[next++ % all.length] as T;
        return { done: false, value } as const;
      },
      return: async () => {
        resolve();
        return { done: true, value: undefined } as const;
      },
    }),
  };
  return { data, left: promise };
}

async function* finite<T>(...all: T[]): AsyncGenerator<T> {
  yield* all;
}

async function collect(stream: unknown): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const chunk of stream as AsyncIterable<Iterable<unknown>>) all.push(...chunk);
  return all;
}

describe('a stream of the component model', () => {
  it('has the same type on the wire', () => {
    const expected: WitFunction = func('bytes', [['data', t.stream(t.u8)]], t.stream(t.u8));
    expect(exported.functions[0]?.form.func).toEqual(expected);
    expect(exported.refused).toEqual([]);
  });

  it('carries bytes in chunks', async () => {
    const back = await call('bytes', never, finite(Uint8Array.of(1, 2), Uint8Array.of(3)));
    expect(await collect(back)).toEqual([1, 2, 3]);
  });

  it('carries elements of other types', async () => {
    const [back] = (await call('words', never, finite(['a', 'b'], ['c']))) as [unknown];
    expect(await collect(back)).toEqual(['a', 'b', 'c']);
  });

  it('tells its sender when its reader leaves, when the guest drops it, and when the guest is gone', async () => {
    const one = chunks(Uint8Array.of(1));
    for await (const chunk of (await call('bytes', never, one.data)) as AsyncIterable<Uint8Array>) {
      expect(chunk[0]).toBe(1);
      break;
    }
    await one.left;
    const other = chunks(Uint8Array.of(1));
    await call('ignore', never, other.data);
    await other.left;
    const over = new AbortController();
    const last = chunks(Uint8Array.of(1));
    const back = (await call('bytes', over.signal, last.data)) as AsyncIterable<Uint8Array>;
    over.abort(new Error('the invocation is over'));
    await last.left;
    await expect(collect(back)).rejects.toThrow('the invocation is over');
  });

  it('fails at its reader when its sender fails', async () => {
    const broken = (async function* () {
      yield Uint8Array.of(1);
      throw new Error('the disk is gone');
    })();
    await expect(collect(await call('bytes', never, broken))).rejects.toThrow('the disk is gone');
  });
});

describe('a component that calls another with streams of the component model', () => {
  const relayed = 'test:relay/native@1.0.0';

  it('passes them on, there and back', async () => {
    const bytes = await buildGuest({
      wit: `
        world guest { import ${relayed}; export ${relayed}; }
        package test:relay@1.0.0 {
          interface native {
            bytes: func(data: stream<u8>) -> stream<u8>;
            later: func(value: future<u32>) -> tuple<future<u32>>;
          }
        }`,
      wat: `
        (import "${relayed}" "bytes" (func $bytes (param i32) (result i32)))
        (import "${relayed}" "later" (func $later (param i32) (result i32)))
        ;; code
        (func (export "${relayed}#bytes") (param i32) (result i32) (call $bytes (local.get 0)))
        (func (export "${relayed}#later") (param i32) (result i32) (call $later (local.get 0)))`,
    });
    const types = decodeComponent(bytes);
    const linkage = linkImports(types, { component: 'relay', interfaces: [] });
    const links = testLinks(async (_, { func: called, params }) => {
      if (called.name === 'later') return [(params[0] as Promise<number>).then((value) => value + 1)];
      const [data] = params as [AsyncIterable<Uint8Array>];
      return (async function* () {
        for await (const chunk of data) yield chunk.map((byte) => byte + 1);
      })();
    });
    const relay = await createEngine().compile(bytes, { component: 'relay', suspends: linkage.suspends });
    const handles = new InstanceHandles();
    const instance = await relay.instantiate(linkage.bind(testContext({ links, handles })));
    const call = async (name: string, param: unknown): Promise<unknown> => {
      const found = planLatticeExports(types, () => false).functions.find((each) => each.func.name === name);
      if (found === undefined) throw new Error(`${name} is not exported`);
      const ends = handles.call();
      const result = await instance.call(relayed, name, found.form.convertParams([param], ends));
      return found.form.convertResult(result, ends);
    };
    expect(await collect(await call('bytes', finite(Uint8Array.of(1, 2), Uint8Array.of(3))))).toEqual([
      2, 3, 4,
    ]);
    const [later] = (await call('later', Promise.resolve(6))) as [Promise<number>];
    expect(await later).toBe(7);
  });
});

describe('an asynchronous function', () => {
  const made = 'test:guest/letters@1.0.0';

  it('goes on after its answer, and writes to the stream it returned', async () => {
    const bytes = await buildGuest({
      wit: `
        world guest { export letters; }
        interface letters { repeat: async func(times: u32) -> stream<u8>; }`,
      wat: `
        (import "[export]${made}" "[task-return]repeat" (func $return (param i32)))
        (import "[export]${made}" "[stream-new-0]repeat" (func $new-stream (result i64)))
        (import "[export]${made}" "[async-lower][stream-write-0]repeat" (func $write (param i32 i32 i32) (result i32)))
        (import "[export]${made}" "[stream-drop-writable-0]repeat" (func $drop (param i32)))
        (import "$root" "[waitable-set-new]" (func $new-set (result i32)))
        (import "$root" "[waitable-join]" (func $join (param i32 i32)))
        ;; code
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
        (func (export "[async-lift]${made}#repeat") (param $times i32) (result i32)
          (local $ends i64)
          (local.set $ends (call $new-stream))
          (global.set $writable (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
          (global.set $left (local.get $times))
          (global.set $set (call $new-set))
          (call $join (global.get $writable) (global.get $set))
          (call $return (i32.wrap_i64 (local.get $ends)))
          (call $step))
        (func (export "[callback][async-lift]${made}#repeat") (param i32 i32 i32) (result i32) (call $step))`,
    });
    const [repeat] = planLatticeExports(decodeComponent(bytes), () => false).functions;
    if (repeat === undefined) throw new Error('nothing is exported');
    const component = await createEngine().compile(bytes, { component: 'letters', suspends: () => false });
    const instance = await component.instantiate(new Map());
    const ends = new InstanceHandles().call();
    const stream = repeat.form.convertResult(await instance.call(made, 'repeat', [3]), ends);
    expect(Buffer.from((await collect(stream)) as number[]).toString()).toBe('abcabcabc');
    await ends.givenOver();
  });
});

describe('a future of the component model', () => {
  it('is a promise', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const pending = call('later', never, promise);
    resolve(7);
    const [later] = (await pending) as [Promise<number>];
    expect(await later).toBe(7);
  });
});
