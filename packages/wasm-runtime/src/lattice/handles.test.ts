import {
  func,
  RpcError,
  type RpcErrorCode,
  t,
  WholeFuture,
  type WitFunction,
  type WitInterface,
  type WitResource,
} from '@wasmlattice/rpc';
import { createMemoryInvoker, createMemoryServer, MemoryLattice } from '@wasmlattice/rpc/memory';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ComponentTypes, HostFunction, HostImport } from '../engines/engine.js';
import { generatedImports } from '../engines/jco/generated-imports.js';
import type { LinkInvoker } from '../host-functions/host-interface.js';
import { hostInterfaces } from '../host-functions/wasi/index.js';
import { InputStream, MemorySource, Pollable } from '../host-functions/wasi/io/index.js';
import { linkImports } from '../linker/linker.js';
import { testContext, testLinks } from '../testing/context.js';

const id = 'acme:files/store@1.0.0';
const inputStream = t.own({ instance: 'wasi:io/streams@0.2.3', name: 'input-stream' });
const pollable = t.own({ instance: 'wasi:io/poll@0.2.3', name: 'pollable' });

const functions = {
  put: func('put', [['data', inputStream]], t.u32),
  get: func('get', [], inputStream),
  bundle: func(
    'bundle',
    [['parts', t.record({ name: t.string, 'all-data': t.list(inputStream) })]],
    t.result(t.tuple(t.u32, t.option(inputStream)), t.string),
  ),
  wait: func('wait', [['until', pollable]], pollable),
} as const;

/** The same on the wire: what a peer of another implementation has. */
const onWire = {
  put: func('put', [['data', t.stream(t.u8)]], t.u32),
  get: func('get', [], t.stream(t.u8)),
  bundle: func(
    'bundle',
    [['parts', t.record({ name: t.string, 'all-data': t.list(t.stream(t.u8)) })]],
    t.result(t.tuple(t.u32, t.option(t.stream(t.u8))), t.string),
  ),
  wait: func('wait', [['until', t.future()]], t.future()),
} as const;

type Handler = (...params: never[]) => unknown;

let lattice: MemoryLattice;
let over: AbortController;
let store: {
  put(data: InputStream): Promise<number>;
  get(): Promise<InputStream>;
  bundle(parts: unknown): Promise<{ tag: string; val: readonly [number, InputStream | undefined] }>;
  wait(until: Pollable): Promise<Pollable>;
};

beforeEach(() => {
  lattice = new MemoryLattice();
  over = new AbortController();
  const invoker = createMemoryInvoker({ lattice });
  const imported: WitInterface = { id, functions: Object.values(functions), resources: [] };
  const types: ComponentTypes = {
    imports: [imported],
    exports: [],
    importedFunctions: [],
    exportedFunctions: [],
  };
  const linkage = linkImports(types, { component: 'guest', interfaces: hostInterfaces });
  const links = testLinks((_, invocation) => invoker.invoke({ ...invocation, target: 'store' }));
  const imports = generatedImports(linkage.bind(testContext({ links, signal: over.signal })), types);
  store = imports[id] as typeof store;
});

async function serve(served: WitFunction, handler: Handler): Promise<void> {
  await createMemoryServer({ lattice }).serve({
    target: 'store',
    instance: id,
    func: served,
    handler: async (params) => handler(...(params as never[])),
  });
}

async function sizeOf(data: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const chunk of data) size += chunk.length;
  return size;
}

function streamOf(...chunks: string[]): InputStream {
  return new InputStream(new MemorySource(chunks.map((chunk) => Buffer.from(chunk))));
}

async function* bytes(...chunks: string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

async function textOf(stream: InputStream): Promise<string> {
  let text = '';
  for (;;) {
    try {
      text += Buffer.from(await stream.blockingRead(1024n)).toString();
    } catch (error) {
      expect(error).toMatchObject({ payload: { tag: 'closed' } });
      return text;
    }
  }
}

/** An endless source that a test can wait for to be left. */
function endless(chunk = 65_536): { data: AsyncIterable<Uint8Array>; left: Promise<void>; sent(): number } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let sent = 0;
  const data = {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        sent += chunk;
        return { done: false, value: new Uint8Array(chunk) } as const;
      },
      return: async () => {
        resolve();
        return { done: true, value: undefined } as const;
      },
    }),
  };
  return { data, left: promise, sent: () => sent };
}

describe('an input-stream that a guest gives to the lattice', () => {
  it('is a stream of bytes there', async () => {
    await serve(onWire.put, (data: AsyncIterable<Uint8Array>) => sizeOf(data));
    expect(await store.put(streamOf('hello ', 'world'))).toBe(11);
  });

  it('may be anywhere in a value', async () => {
    await serve(
      onWire.bundle,
      async ({ name, allData }: { name: string; allData: AsyncIterable<Uint8Array>[] }) => {
        const sizes = await Promise.all(allData.map(sizeOf));
        return { tag: 'ok', val: [sizes.reduce((sum, size) => sum + size, 0), bytes(name)] };
      },
    );
    const { tag, val } = await store.bundle({ name: 'parcel', allData: [streamOf('ab'), streamOf('c')] });
    expect([tag, val[0], await textOf(val[1] as InputStream)]).toEqual(['ok', 3, 'parcel']);
  });

  it('is dropped when its reader leaves, and the guest may do so while it waits', async () => {
    await serve(onWire.put, () => 0);
    const source = new MemorySource();
    expect(await store.put(new InputStream(source))).toBe(0);
    await expect.poll(() => source.cancelled).toBe(true);
  });

  it('fails at its reader, and with it the call, when its source fails', async () => {
    await serve(onWire.put, (data: AsyncIterable<Uint8Array>) => sizeOf(data));
    const source = new MemorySource();
    source.push(Buffer.from('half'));
    source.fail(new Error('the disk is gone'));
    await expect(store.put(new InputStream(source))).rejects.toThrow(
      'the stream broke off: the disk is gone',
    );
  });

  it('ends early, and not as if it were complete, when the instance is gone', async () => {
    const outcome = Promise.withResolvers<unknown>();
    await serve(onWire.put, (data: AsyncIterable<Uint8Array>) => {
      outcome.resolve(sizeOf(data).catch((error: unknown) => error));
      return new Promise(() => {});
    });
    const source = new MemorySource();
    source.push(Buffer.from('half'));
    const call = store.put(new InputStream(source));
    over.abort(new Error('the invocation is over'));
    await expect(call).rejects.toThrow('the invocation is over');
    expect(await outcome.promise).toBeInstanceOf(Error);
    expect(source.cancelled).toBe(true);
  });
});

describe('an input-stream that a guest gets from the lattice', () => {
  it('gives what the peer sends', async () => {
    await serve(onWire.get, () => bytes('hello ', 'world'));
    expect(await textOf(await store.get())).toBe('hello world');
  });

  it('makes its sender wait for the guest, and go when the guest drops it', async () => {
    const { data, left, sent } = endless();
    await serve(onWire.get, () => data);
    const stream = await store.get();
    let read = 0;
    for (let i = 0; i < 100; i++) read += (await stream.blockingRead(65_536n)).length;
    expect(sent() - read).toBeLessThan(1024 * 1024);
    stream[Symbol.dispose]();
    await left;
  });

  it('fails as a stream does when its sender fails', async () => {
    await serve(onWire.get, async function* () {
      yield Buffer.from('half');
      throw new Error('the disk is gone');
    });
    const stream = await store.get();
    expect(Buffer.from(await stream.blockingRead(10n)).toString()).toBe('half');
    await expect(async () => await stream.blockingRead(10n)).rejects.toMatchObject({
      payload: { tag: 'last-operation-failed', val: { cause: { code: 'peer-failed' } } },
    });
  });

  it('is left when the instance is gone', async () => {
    const { data, left } = endless();
    await serve(onWire.get, () => data);
    await store.get();
    over.abort(new Error('the invocation is over'));
    await left;
  });
});

describe('a pollable', () => {
  it('is a future on the wire, both ways', async () => {
    const gate = Promise.withResolvers<void>();
    let seen = false;
    await serve(onWire.wait, (until: Promise<void>) => {
      void until.then(() => {
        seen = true;
      });
      return new WholeFuture(gate.promise);
    });
    const source = new MemorySource();
    const result = await store.wait(new Pollable(source));
    expect([result.ready(), seen]).toEqual([false, false]);
    source.end();
    await expect.poll(() => seen).toBe(true);
    gate.resolve();
    await result.block();
    expect(result.ready()).toBe(true);
  });
});

describe('a resource of the lattice', () => {
  const counter: WitResource = { instance: 'acme:math/counters@1.0.0', name: 'counter' };
  const make = func('[constructor]counter', [['start', t.u32]], t.own(counter));
  const add = func(
    '[method]counter.add',
    [
      ['self', t.borrow(counter)],
      ['n', t.u32],
    ],
    t.u32,
  );
  const finish = func('finish', [['it', t.own(counter)]], t.u32);
  const drop = func('counter.~drop', [['self', t.own(counter)]]);
  const imported = { id: counter.instance, functions: [make, add, finish], resources: ['counter'] };

  interface Counter extends Disposable {
    add(n: number): Promise<number>;
  }

  function makeCounter(bound: HostImport): Promise<Disposable> {
    return Reflect.construct(bound.func(make.name) as HostFunction, [1]) as Promise<Disposable>;
  }

  async function use(): Promise<{
    Counter: new (start: number) => Promise<Counter>;
    finish(it: unknown): Promise<number>;
    dropped: string[];
  }> {
    const dropped: string[] = [];
    const hex = (handle: unknown): string => Buffer.from(handle as Uint8Array).toString('hex');
    const server = createMemoryServer({ lattice });
    const served = { target: 'math', instance: counter.instance };
    await server.serve({
      ...served,
      func: make,
      handler: async ([start]) => Uint8Array.of(7, start as number),
    });
    await server.serve({
      ...served,
      func: add,
      handler: async ([self, n]) => ((self as Uint8Array)[1] as number) + (n as number),
    });
    await server.serve({ ...served, func: finish, handler: async ([it]) => (it as Uint8Array)[1] });
    await server.serve({ ...served, func: drop, handler: async ([self]) => void dropped.push(hex(self)) });
    const types: ComponentTypes = {
      imports: [imported],
      exports: [],
      importedFunctions: [],
      exportedFunctions: [],
    };
    const invoker = createMemoryInvoker({ lattice });
    const links = testLinks((_, invocation) => invoker.invoke({ ...invocation, target: 'math' }));
    const linkage = linkImports(types, { component: 'guest', interfaces: hostInterfaces });
    const imports = generatedImports(linkage.bind(testContext({ links, signal: over.signal })), types);
    return { ...(imports[imported.id] as Awaited<ReturnType<typeof use>>), dropped };
  }

  it('is made, used and given away by calls that carry its bytes', async () => {
    const { Counter, finish: finishIt, dropped } = await use();
    const one = await new Counter(40);
    expect(one).toBeInstanceOf(Counter);
    expect(await one.add(2)).toBe(42);
    expect(await finishIt(one)).toBe(40);
    await expect(one.add(1)).rejects.toThrow('no longer has');
    over.abort();
    expect(dropped).toEqual([]);
  });

  it('is dropped at its keeper when the guest drops it, once', async () => {
    const { Counter, dropped } = await use();
    const one = await new Counter(1);
    one[Symbol.dispose]();
    one[Symbol.dispose]();
    await expect.poll(() => dropped).toEqual(['0701']);
    await expect(one.add(1)).rejects.toThrow('no longer has');
  });

  it('is dropped at its keeper when the instance is gone', async () => {
    const { Counter, dropped } = await use();
    await Promise.all([new Counter(1), new Counter(2)]);
    over.abort();
    await expect.poll(() => dropped.toSorted()).toEqual(['0701', '0702']);
  });

  it('stays with the link it was made by', async () => {
    let chosen = 'first';
    const seen: unknown[] = [];
    const links: LinkInvoker = {
      invoke: async (_, { func: called }, linkName) => {
        seen.push([called.name, linkName]);
        return called.name === make.name ? Uint8Array.of(1) : 0;
      },
      setLinkName: () => undefined,
      linkNameOf: () => chosen,
    };
    const types: ComponentTypes = {
      imports: [imported],
      exports: [],
      importedFunctions: [],
      exportedFunctions: [],
    };
    const linkage = linkImports(types, { component: 'guest', interfaces: hostInterfaces });
    const bound = linkage.bind(testContext({ links })).get(imported.id) as HostImport;
    const one = await makeCounter(bound);
    chosen = 'second';
    await makeCounter(bound);
    await bound.func('[method]counter.add')?.call(one, 1);
    one[Symbol.dispose]();
    expect(seen).toEqual([
      ['[constructor]counter', 'first'],
      ['[constructor]counter', 'second'],
      ['[method]counter.add', 'first'],
      ['counter.~drop', 'first'],
    ]);
  });

  /** What a guest imports, in as many instances as are bound. */
  function bindBy(
    links: LinkInvoker,
    signal = over.signal,
  ): { Counter: new (start: number) => Promise<Counter> } {
    const types = { imports: [imported], exports: [], importedFunctions: [], exportedFunctions: [] };
    linkage ??= linkImports(types, { component: 'guest', interfaces: hostInterfaces });
    const imports = generatedImports(linkage.bind(testContext({ links, signal })), types);
    return imports[imported.id] as ReturnType<typeof bindBy>;
  }
  let linkage: ReturnType<typeof linkImports> | undefined;
  beforeEach(() => {
    linkage = undefined;
  });

  const failed = (code: RpcErrorCode): RpcError =>
    new RpcError(code, { target: 'math', instance: counter.instance, func: 'x' }, 'failed');

  it('is dropped in silence while its keeper does not listen for that', async () => {
    let drops = 0;
    const links = testLinks(async (_, { func: called }) => {
      if (called.name === make.name) return Uint8Array.of(1);
      drops++;
      throw failed('not-found');
    });
    for (let i = 0; i < 3; i++) (await new (bindBy(links).Counter)(1))[Symbol.dispose]();
    expect(drops).toBe(1);
  });

  it('is dropped at a keeper that listened before, and was not there for a moment', async () => {
    const dropped: unknown[] = [];
    let isThere = true;
    const links = testLinks(async (_, { func: called, params }) => {
      if (called.name === make.name) return Uint8Array.of(params[0] as number);
      if (!isThere) throw failed('not-found');
      dropped.push(params[0]);
    });
    const drop = async (n: number): Promise<void> => (await new (bindBy(links).Counter)(n))[Symbol.dispose]();
    await drop(1);
    isThere = false;
    await drop(2);
    isThere = true;
    await drop(3);
    await expect.poll(() => dropped).toEqual([Uint8Array.of(1), Uint8Array.of(3)]);
  });

  it('is dropped once more when the connection was lost over it', async () => {
    let drops = 0;
    const links = testLinks(async (_, { func: called }) => {
      if (called.name === make.name) return Uint8Array.of(1);
      drops++;
      if (drops === 1) throw failed('disconnected');
    });
    (await new (bindBy(links).Counter)(1))[Symbol.dispose]();
    await expect.poll(() => drops).toBe(2);
  });

  it('is dropped when it comes after its guest is gone', async () => {
    const dropped: unknown[] = [];
    let late: ((result: unknown) => void) | undefined;
    const links = testLinks(async (_, { func: called, params, onUnclaimed }) => {
      if (called.name !== make.name) {
        dropped.push(params[0]);
        return undefined;
      }
      late = onUnclaimed;
      throw failed('timeout');
    });
    await expect(new (bindBy(links).Counter)(1)).rejects.toThrow('failed');
    late?.(Uint8Array.of(9));
    await expect.poll(() => dropped).toEqual([Uint8Array.of(9)]);
  });

  it('is made beside the others that the guest has of the same target', async () => {
    const besides: unknown[] = [];
    let next = 1;
    const links: LinkInvoker = {
      invoke: async (_, { func: called, beside }) => {
        if (called.name !== make.name) return 0;
        besides.push(beside);
        return Uint8Array.of(next++);
      },
      setLinkName: () => undefined,
      linkNameOf: () => 'default',
      targetOf: () => 'math',
    };
    const { Counter } = bindBy(links);
    // At the same time: only one of them can be the first.
    const [one, two] = (await Promise.all([new Counter(1), new Counter(2)])) as [Counter, Counter];
    one[Symbol.dispose]();
    await new Counter(3);
    const apart = await new (bindBy(links).Counter)(4);
    expect(besides).toEqual([undefined, Uint8Array.of(1), Uint8Array.of(2), undefined]);
    for (const each of [two, apart]) each[Symbol.dispose]();
    await new (bindBy(links).Counter)(5);
    expect(besides.at(-1)).toBeUndefined();
  });

  it('may have members of any name', async () => {
    const named = ['adopt', 'name', 'length', 'prototype', 'constructor', 'to-string', 'then'];
    const functions = named.flatMap((member) => [
      func(`[static]counter.${member}`, [], t.string),
      func(`[method]counter.${member}`, [['self', t.borrow(counter)]], t.string),
    ]);
    const types: ComponentTypes = {
      imports: [{ ...imported, functions: [make, ...functions] }],
      exports: [],
      importedFunctions: [],
      exportedFunctions: [],
    };
    const links = testLinks(async (_, { func: called }) =>
      called.name === make.name ? Uint8Array.of(1) : called.name,
    );
    const linkage = linkImports(types, { component: 'guest', interfaces: hostInterfaces });
    const bound = linkage.bind(testContext({ links })).get(imported.id) as HostImport;
    const one = await makeCounter(bound);
    for (const member of named) {
      const onClass = `[static]counter.${member}`;
      const onObject = `[method]counter.${member}`;
      expect(await bound.func(onClass)?.()).toBe(onClass);
      expect(await bound.func(onObject)?.call(one)).toBe(onObject);
    }
  });
});
