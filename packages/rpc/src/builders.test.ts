import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  func,
  type ParamsOf,
  type Result,
  type ResultOf,
  t,
  type ValueOf,
  witInterface,
} from './builders.js';
import type { Invoker } from './invoke.js';
import type { ServedFunction, Server } from './serve.js';
import { call, createClient, serveInterface } from './typed.js';

const types = {
  record: t.record({ 'created-at': t.u64, tags: t.list(t.string), raw: t.list(t.u8) }),
  variant: t.variant({ none: undefined, 'DNS-error': t.string }),
  nested: t.option(t.option(t.bool)),
  flags: t.flags('read', 'write-all'),
  method: t.enum('get', 'put'),
  body: t.stream(t.u8),
  trailers: t.future(t.option(t.tuple(t.string, t.u32))),
};

describe('builders', () => {
  it('give values the types jco gives them', () => {
    expectTypeOf<ValueOf<typeof types.record>>().toEqualTypeOf<{
      createdAt: bigint;
      tags: string[];
      raw: Uint8Array;
    }>();
    expectTypeOf<ValueOf<typeof types.variant>>().toEqualTypeOf<
      { readonly tag: 'none'; readonly val?: undefined } | { readonly tag: 'DNS-error'; readonly val: string }
    >();
    expectTypeOf<ValueOf<typeof types.nested>>().toEqualTypeOf<
      { readonly tag: 'none' } | { readonly tag: 'some'; readonly val: boolean | undefined }
    >();
    expectTypeOf<ValueOf<typeof types.flags>>().toEqualTypeOf<{ read?: boolean; writeAll?: boolean }>();
    expectTypeOf<ValueOf<typeof types.method>>().toEqualTypeOf<'get' | 'put'>();
    expectTypeOf<ValueOf<typeof types.body>>().toEqualTypeOf<AsyncIterable<Uint8Array>>();
    expectTypeOf<ValueOf<typeof types.trailers>>().toEqualTypeOf<Promise<[string, number] | undefined>>();
  });

  it('write WIT types as data, in declaration order', () => {
    expect(types.record).toEqual({
      kind: 'record',
      fields: [
        { name: 'created-at', type: { kind: 'u64' } },
        { name: 'tags', type: { kind: 'list', element: { kind: 'string' } } },
        { name: 'raw', type: { kind: 'list', element: { kind: 'u8' } } },
      ],
    });
    expect(types.variant).toEqual({
      kind: 'variant',
      cases: [{ name: 'none' }, { name: 'DNS-error', type: { kind: 'string' } }],
    });
    expect(t.result()).toEqual({ kind: 'result' });
    expect(t.result(undefined, t.string)).toEqual({ kind: 'result', err: { kind: 'string' } });
  });

  it('infer a function from its declaration', async () => {
    const add = func(
      'add',
      [
        ['a', t.u32],
        ['b', t.u64],
      ],
      t.result(t.u64, t.string),
    );
    expectTypeOf<ParamsOf<typeof add>>().toEqualTypeOf<[number, bigint]>();
    expectTypeOf<ResultOf<typeof add>>().toEqualTypeOf<Result<bigint, string>>();
    const invoker: Invoker = { invoke: async ({ params }) => ({ tag: 'ok', val: params[1] }) };
    const sum = await call(invoker, { target: 'x', instance: 'acme:math/ops', func: add, params: [1, 2n] });
    expectTypeOf(sum).toEqualTypeOf<Result<bigint, string>>();
    expect(sum).toEqual({ tag: 'ok', val: 2n });
  });

  it('collect the resources of an interface', () => {
    const wit = witInterface('acme:x/y', [func('[method]counter.add', []), func('[static]gauge.make', [])]);
    expect(wit.resources).toEqual(['counter', 'gauge']);
  });
});

const ops = witInterface('acme:math/ops@1.2.0', [
  func('add-all', [['values', t.list(t.u32)]], t.u32),
  func('[method]counter.read', [['self', t.u32]], t.u32),
]);

describe('createClient', () => {
  it('calls each function by its camel-case name', async () => {
    const seen: unknown[] = [];
    const invoker: Invoker = {
      invoke: async ({ target, instance, func: { name }, params, timeoutMs }) => {
        seen.push([target, instance, name, params, timeoutMs]);
        return 3;
      },
    };
    const client = createClient(invoker, { target: 'calc', interface: ops, timeoutMs: 50 });
    expect(await client.addAll([1, 2])).toBe(3);
    await client['counter.read'](7);
    expect(seen).toEqual([
      ['calc', 'acme:math/ops@1.2.0', 'add-all', [[1, 2]], 50],
      ['calc', 'acme:math/ops@1.2.0', '[method]counter.read', [7], 50],
    ]);
  });
});

describe('serveInterface', () => {
  it('serves every function and closes what it opened when one fails', async () => {
    const open = new Set<string>();
    const failOn = new Set<string>();
    const server: Server = {
      serve: async ({ func: { name } }: ServedFunction) => {
        if (failOn.has(name)) throw new Error('refused');
        open.add(name);
        return { close: async () => void open.delete(name) };
      },
      close: async () => {},
    };
    const options = {
      target: 'calc',
      interface: ops,
      implementation: { addAll: (values: number[]) => values.length, 'counter.read': async () => 1 },
    };
    const handle = await serveInterface(server, options);
    expect([...open]).toEqual(['add-all', '[method]counter.read']);
    await handle.close();
    failOn.add('[method]counter.read');
    await expect(serveInterface(server, options)).rejects.toThrow('refused');
    expect(open.size).toBe(0);
  });
});
