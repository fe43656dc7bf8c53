import { componentWit, parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { formatFunction, type WitFunction, type WitInterface } from '@wasmlattice/rpc';
import { describe, expect, it } from 'vitest';
import type { ComponentTypes } from '../../engines/engine.js';
import { decodeComponent } from './decode-component.js';
import { findFunction, findInterface } from './find-interface.js';
import { buildComponent } from './testing/build-component.js';
import { readWitText } from './testing/wit-text.js';

const everyType = `
  package test:types@1.2.3;
  interface kinds {
    flags permissions { read, write, %record }
    enum color { red, green, deep-blue }
    record point { x: f32, y: f64, label: option<string> }
    record shape-part { of: point, c: char }
    variant shape { empty, dot(point), many(list<shape-part>), tagged(tuple<color, permissions>) }
    type points = list<point>;
    type nothing = result;
    scalars: func(a: bool, b: u8, c: u16, d: u32, e: u64, f: s8, g: s16, h: s32, i: s64, j: f32, k: f64, l: char, m: string);
    composite: func(p: points, s: shape, n: option<option<u8>>) -> tuple<shape, color>;
    results: func(a: nothing, b: result<u8>, c: result<_, string>) -> result<permissions, color>;
    streaming: func(s: stream<u8>, t: stream<point>, u: stream, v: future<result<u8, string>>) -> future;
    waiting: async func(e: error-context) -> list<list<list<u8>>>;
  }
  world all { import kinds; export kinds; import plain: func(x: u8) -> u8; export run: func(); }
`;

const httpLike = `
  package test:proxy;
  package wasi:io@0.2.3 {
    interface poll { resource pollable { ready: func() -> bool; block: func(); } poll: func(in: list<borrow<pollable>>) -> list<u32>; }
    interface streams {
      use poll.{pollable};
      resource error { to-debug-string: func() -> string; }
      variant stream-error { last-operation-failed(error), closed }
      resource input-stream {
        read: func(len: u64) -> result<list<u8>, stream-error>;
        subscribe: func() -> pollable;
      }
      resource output-stream { splice: func(src: borrow<input-stream>, len: u64) -> result<u64, stream-error>; }
    }
  }
  package wasi:http@0.2.3 {
    interface types {
      use wasi:io/streams@0.2.3.{input-stream, error as io-error};
      use wasi:io/poll@0.2.3.{pollable};
      variant error-code { timeout, protocol(option<string>), internal-error(option<string>) }
      type headers = fields;
      http-error-code: func(err: borrow<io-error>) -> option<error-code>;
      resource fields {
        constructor();
        from-list: static func(entries: list<tuple<string, list<u8>>>) -> result<fields, error-code>;
        get: func(name: string) -> list<list<u8>>;
      }
      resource incoming-request { headers: func() -> headers; consume: func() -> result<incoming-body>; }
      resource incoming-body { %stream: func() -> result<input-stream>; finish: static func(this: incoming-body) -> future-trailers; }
      resource future-trailers { subscribe: func() -> pollable; get: func() -> option<result<result<option<fields>, error-code>>>; }
      resource outgoing-response { constructor(headers: headers); }
      resource response-outparam { set: static func(param: response-outparam, response: result<outgoing-response, error-code>); }
    }
    interface incoming-handler {
      use types.{incoming-request, response-outparam};
      handle: func(request: incoming-request, response-out: response-outparam);
    }
  }
  world proxy { import wasi:http/types@0.2.3; export wasi:http/incoming-handler@0.2.3; }
`;

const ownResources = `
  package test:store@0.1.0;
  interface types { resource bucket { constructor(name: string); get: func(key: string) -> option<list<u8>>; } type id = u64; }
  interface api { use types.{bucket, id}; open: func(name: string) -> result<bucket, string>; copy: func(%from: borrow<bucket>, to: id); }
  world store {
    use types.{bucket};
    import find: func(name: string) -> bucket;
    export types;
    export api;
    export inline: interface { use types.{bucket}; record entry { key: string, owner: bucket } take: func(e: entry); }
    export top: func(%list: list<u8>) -> list<u8>;
  }
`;

describe('decodeComponent', () => {
  it.each([
    ['every type', everyType, 'all'],
    ['resources of wasi:io and wasi:http', httpLike, 'proxy'],
    ['exported resources and interfaces that use one another', ownResources, 'store'],
  ])('finds in a binary what its WIT says: %s', async (_what, wit, worldName) => {
    const types = decodeComponent(await buildComponent(wit, worldName));
    const text = readWitText(wit);
    const world = text.worlds.get(worldName);
    for (const found of [...types.imports, ...types.exports]) {
      expect([found.id, signatures(found.functions)]).toEqual([
        found.id,
        text.interfaces.get(found.id)?.toSorted(),
      ]);
    }
    expect(ids(types.imports)).toEqual(expect.arrayContaining([...(world?.imports ?? [])]));
    expect(ids(types.exports).toSorted()).toEqual(world?.exports.toSorted());
    expect(signatures(types.importedFunctions)).toEqual(world?.importedFunctions.toSorted());
    expect(signatures(types.exportedFunctions)).toEqual(world?.exportedFunctions.toSorted());
  });

  it.each([
    ['every type', everyType, 'all'],
    ['resources of wasi:io and wasi:http', httpLike, 'proxy'],
    ['exported resources and interfaces that use one another', ownResources, 'store'],
  ])('lists what wasm-tools lists, in the same order: %s', async (_what, wit, worldName) => {
    const component = await buildComponent(wit, worldName);
    const types = decodeComponent(component);
    const world = readWitText(await componentWit(component)).worlds.get('root');
    expect(ids(types.imports)).toEqual(world?.imports);
    expect(ids(types.exports)).toEqual(world?.exports);
    expect(types.importedFunctions.map((func) => func.name)).toEqual(names(world?.importedFunctions));
    expect(types.exportedFunctions.map((func) => func.name)).toEqual(names(world?.exportedFunctions));
  });

  it('says which instance defines a resource, wherever it is used', async () => {
    const types = decodeComponent(await buildComponent(httpLike, 'proxy'));
    expect(resources(types)).toEqual({
      'wasi:io/poll@0.2.3': ['pollable'],
      'wasi:io/streams@0.2.3': ['error', 'input-stream', 'output-stream'],
      'wasi:http/types@0.2.3': [
        'fields',
        'incoming-request',
        'incoming-body',
        'future-trailers',
        'outgoing-response',
        'response-outparam',
      ],
      'wasi:http/incoming-handler@0.2.3': [],
    });
    const handler = findInterface(types.exports, 'wasi:http/incoming-handler');
    expect(findFunction(handler?.functions ?? [], 'handle')?.params[0]?.type).toEqual({
      kind: 'own',
      resource: { instance: 'wasi:http/types@0.2.3', name: 'incoming-request' },
    });
    const http = findInterface(types.imports, 'wasi:http/types');
    expect(findFunction(http?.functions ?? [], 'http-error-code')?.params[0]?.type).toEqual({
      kind: 'borrow',
      resource: { instance: 'wasi:io/streams@0.2.3', name: 'error' },
    });
  });

  it('gives a resource of the component itself to the export that defines it', async () => {
    const types = decodeComponent(await buildComponent(ownResources, 'store'));
    const bucket = { instance: 'test:store/types@0.1.0', name: 'bucket' };
    expect(findInterface(types.exports, 'test:store/types')?.resources).toEqual(['bucket']);
    expect(findInterface(types.exports, 'test:store/api')?.resources).toEqual([]);
    const open = findInterface(types.exports, 'test:store/api')?.functions.find(
      (func) => func.name === 'open',
    );
    expect(open?.result).toMatchObject({ kind: 'result', ok: { kind: 'own', resource: bucket } });
    const take = findInterface(types.exports, 'inline')?.functions[0];
    expect(take?.params[0]?.type).toMatchObject({
      fields: [{}, { type: { kind: 'own', resource: bucket } }],
    });
  });

  it('gives a resource of the world no instance', async () => {
    const wit =
      'package a:b; world w { resource handle { get: func() -> u8; } export use-it: func(h: borrow<handle>); }';
    const types = decodeComponent(await buildComponent(wit, 'w'));
    expect(types.exportedFunctions[0]?.params[0]?.type).toEqual({
      kind: 'borrow',
      resource: { instance: '', name: 'handle' },
    });
    expect(types.importedFunctions.map(formatFunction)).toEqual([
      '[method]handle.get: func(self: borrow<handle>) -> u8',
    ]);
  });

  it('keeps the order of parameters, fields and cases', async () => {
    const types = decodeComponent(await buildComponent(everyType, 'all'));
    const composite = findInterface(types.imports, 'test:types/kinds')?.functions.find(
      (f) => f.name === 'composite',
    );
    expect(formatFunction(composite ?? { name: 'missing', params: [] })).toBe(
      'composite: func(p: list<record { x: f32, y: f64, label: option<string> }>, s: variant { empty, ' +
        'dot(record { x: f32, y: f64, label: option<string> }), many(list<record { of: record { x: f32, y: f64, ' +
        'label: option<string> }, c: char }>), tagged(tuple<enum { red, green, deep-blue }, flags { read, write, ' +
        'record }>) }, n: option<option<u8>>) -> tuple<variant { empty, dot(record { x: f32, y: f64, label: ' +
        'option<string> }), many(list<record { of: record { x: f32, y: f64, label: option<string> }, c: char }>), ' +
        'tagged(tuple<enum { red, green, deep-blue }, flags { read, write, record }>) }, enum { red, green, deep-blue }>',
    );
  });
});

describe('decodeComponent on what WIT can not say', () => {
  it('runs a component that is passed to another as an argument', async () => {
    const types = await decodeWat(`(component
      (import "a:b/types" (instance $types (export "r" (type (sub resource)))))
      (alias export $types "r" (type $r))
      (import "get" (func $get (result (own $r))))
      (component $maker
        (import "r" (type $t (sub resource)))
        (import "get" (func $get (result (own $t))))
        (export "get" (func $get)))
      (component $user
        (import "maker" (component $m
          (import "r" (type $t (sub resource)))
          (import "get" (func (result (own $t))))
          (export "get" (func (result (own $t))))))
        (import "r" (type $r (sub resource)))
        (import "get" (func $get (result (own $r))))
        (instance $made (instantiate $m (with "r" (type $r)) (with "get" (func $get))))
        (alias export $made "get" (func $f))
        (export "get" (func $f)))
      (instance $u (instantiate $user
        (with "maker" (component $maker)) (with "r" (type $r)) (with "get" (func $get))))
      (export "u" (instance $u))
    )`);
    expect(types.exports[0]?.functions[0]?.result).toEqual({
      kind: 'own',
      resource: { instance: 'a:b/types', name: 'r' },
    });
  });

  it('keeps a resource the same through instantiations and ascribed types', async () => {
    const types = await decodeWat(`(component
      (import "a:b/types@1.0.0" (instance $types (export "r" (type (sub resource)))))
      (alias export $types "r" (type $r))
      (import "get" (func $get (result (own $r))))
      (component $outer
        (import "r" (type $r (sub resource)))
        (import "get" (func $get (result (own $r))))
        (component $inner
          (import "r" (type $r (sub resource)))
          (import "get" (func $get (result (own $r))))
          (export $named "named" (type $r))
          (export "again" (func $get) (func (result (own $named))))
        )
        (instance $i (instantiate $inner (with "r" (type $r)) (with "get" (func $get))))
        (export "nested" (instance $i) (instance
          (export "named" (type $n (sub resource)))
          (export "again" (func (result (own $n))))))
      )
      (instance $o (instantiate $outer (with "r" (type $r)) (with "get" (func $get))))
      (alias export $o "nested" (instance $nested))
      (export "x:y/z" (instance $nested))
    )`);
    expect(types.exports).toEqual([
      {
        id: 'x:y/z',
        functions: [
          {
            name: 'again',
            params: [],
            result: { kind: 'own', resource: { instance: 'a:b/types@1.0.0', name: 'r' } },
          },
        ],
        resources: [],
        aliases: [{ name: 'named', resource: { instance: 'a:b/types@1.0.0', name: 'r' } }],
      },
    ]);
  });

  it('makes a fresh resource for each import of the same instance type', async () => {
    const types = await decodeWat(`(component
      (type $t (instance (export "r" (type $r (sub resource))) (export "f" (func (param "x" (borrow $r))))))
      (import "one" (instance (type $t)))
      (import "two" (instance (type $t)))
    )`);
    expect(types.imports.map((one) => one.functions[0]?.params[0]?.type)).toEqual([
      { kind: 'borrow', resource: { instance: 'one', name: 'r' } },
      { kind: 'borrow', resource: { instance: 'two', name: 'r' } },
    ]);
  });

  it('reads core types among declarations, maps, and instances made of exports', async () => {
    const types = await decodeWat(`(component
      (import "f" (func $f (param "x" (map string u8))))
      (component $unused (import "m" (core module (import "a" "b" (func (param i32 i64) (result f32))) (export "mem" (memory 1 2)) (export "g" (global (mut i32))))))
      (instance $i (export "f" (func $f)))
      (export "i" (instance $i))
    )`);
    expect(types.exports[0]?.functions.map(formatFunction)).toEqual(['f: func(x: map<string, u8>)']);
  });

  it('knows which interface an import says that it implements', async () => {
    const { imports } = await decodeWat(`(component
      (import "users" (implements "wasi:keyvalue/store@0.2.0") (external-id "users of today")
        (instance (export "f" (func))))
      (import "plain" (instance (export "f" (func)))))`);
    expect(imports.map(({ id, implements: other }) => [id, other])).toEqual([
      ['users', 'wasi:keyvalue/store@0.2.0'],
      ['plain', undefined],
    ]);
  });

  it('refuses an export that uses a resource nobody can see', async () => {
    const component = decodeWat(`(component
      (type $r (resource (rep i32)))
      (core module $m (func (export "f") (result i32) i32.const 0))
      (core instance $i (instantiate $m))
      (func $f (result (own $r)) (canon lift (core func $i "f")))
      (export "f" (func $f))
    )`);
    await expect(component).rejects.toThrow(
      /the export "f" uses a resource that is neither imported nor exported/,
    );
  });
});

async function decodeWat(wat: string): Promise<ComponentTypes> {
  return decodeComponent(await parse(wat));
}

function signatures(functions: readonly WitFunction[]): string[] {
  return functions.map(formatFunction).toSorted();
}

function ids(interfaces: readonly WitInterface[]): string[] {
  return interfaces.map((one) => one.id);
}

function names(functions: readonly string[] | undefined): string[] | undefined {
  return functions?.map((text) => text.slice(0, text.indexOf(': ')));
}

function resources(types: ComponentTypes): Record<string, readonly string[]> {
  return Object.fromEntries([...types.imports, ...types.exports].map((one) => [one.id, one.resources]));
}
