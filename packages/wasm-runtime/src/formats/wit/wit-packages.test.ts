import { formatFunction, type WitInterface } from '@wasmlattice/rpc';
import { describe, expect, it } from 'vitest';
import { decodeComponent } from '../component/index.js';
import { buildComponent } from '../component/testing/build-component.js';
import { WitPackages } from './wit-packages.js';

/** The functions of one interface of a package, written out. */
function read(members: string, name = 'api'): string[] {
  const found = new WitPackages(`package test:read@1.0.0; interface ${name} { ${members} }`);
  return (found.get(`test:read/${name}@1.0.0`)?.functions ?? []).map(formatFunction);
}

describe('reading WIT', () => {
  it.each([
    ['f: func();', ['f: func()']],
    ['f: func(a: u8, b: list<u8>,) -> string;', ['f: func(a: u8, b: list<u8>) -> string']],
    ['f: async func(a: stream<u8>) -> future;', ['f: async func(a: stream<u8>) -> future']],
    ['f: func() -> result;', ['f: func() -> result']],
    ['f: func() -> result<_, u8>;', ['f: func() -> result<_, u8>']],
    ['f: func() -> result<u8>;', ['f: func() -> result<u8>']],
    ['f: func(a: list<u8, 4>, b: map<string, u8>);', ['f: func(a: list<u8, 4>, b: map<string, u8>)']],
    ['f: func(a: tuple<bool, option<char>>);', ['f: func(a: tuple<bool, option<char>>)']],
    // A type may stand after its use.
    ['f: func(a: size); record size { w: u32, h: u32 }', ['f: func(a: record { w: u32, h: u32 })']],
    ['type a = b; type b = u64; f: func(x: a);', ['f: func(x: u64)']],
    ['enum e { one, two } f: func(x: e);', ['f: func(x: enum { one, two })']],
    ['flags e { one, two } f: func(x: e);', ['f: func(x: flags { one, two })']],
    ['variant v { a, b(u8) } f: func(x: v);', ['f: func(x: variant { a, b(u8) })']],
    // Words of the language are names as well.
    ['use: func(); type: func(); %record: func();', ['use: func()', 'type: func()', 'record: func()']],
    ['/* one */ f: func(); // f: func();\n /// g: func();\n', ['f: func()']],
  ])('understands %s', (members, functions) => {
    expect(read(members)).toEqual(functions);
  });

  it('knows the functions of resources, and their other names', () => {
    const members = `
      resource r {
        constructor(a: u8);
        get: func() -> t;
        make: static async func() -> r;
        constructor-like: func(other: borrow<t>);
      }
      type t = r;
      resource empty;`;
    expect(read(members)).toEqual([
      '[constructor]r: func(a: u8) -> r',
      '[method]r.get: func(self: borrow<r>) -> r',
      '[static]r.make: async func() -> r',
      '[method]r.constructor-like: func(self: borrow<r>, other: borrow<r>)',
    ]);
    const [found] = new WitPackages(`package test:read; interface api { ${members} }`).all();
    expect(found).toMatchObject({ id: 'test:read/api', resources: ['r', 'empty'] });
  });

  it('follows uses between interfaces and packages, in any order', () => {
    const found = new WitPackages(
      'package a:one@0.1.0; interface uses { use a:two/has@0.2.0.{r, thing as other}; use has.{local}; f: func(a: r, b: other, c: local); } interface has { type local = u8; }',
      'package a:two@0.2.0; interface has { resource r; record thing { x: u8 } }',
    );
    const [func] = found.get('a:one/uses@0.1.0')?.functions ?? [];
    expect(func).toMatchObject({
      params: [
        { type: { kind: 'own', resource: { instance: 'a:two/has@0.2.0', name: 'r' } } },
        { type: { kind: 'record', fields: [{ name: 'x' }] } },
        { type: { kind: 'u8' } },
      ],
    });
  });

  it.each([
    ['f: func(a: unknown);', 'there is no type unknown'],
    ['use nowhere.{thing}; f: func(a: thing);', 'uses test:read/nowhere@1.0.0.{thing}, which is not there'],
    ['f: func(a: borrow<size>); record size { w: u8 }', 'size is no resource'],
    ['f: function();', 'expected "func", found "function"'],
    ['include other;', 'expected a type, a resource, a function or a use, found "include"'],
    ['f: func(a: list<>);', 'expected ">", found ")"'],
    ['f: func()', 'expected ";", found "}"'],
  ])('quotes what it does not understand in %s', (members, message) => {
    expect(() => read(members)).toThrow(message);
  });

  it('finds what wasm-tools finds', async () => {
    const members = `
      resource file { open: static func(path: string) -> result<file, failure>; size: func() -> u64; }
      variant failure { missing, other(option<string>) }
      record entry { name: string, kind: option<failure>, parts: list<tuple<u8, s64>> }
      list-all: func(of: borrow<file>) -> list<entry>;`;
    const source = `package test:read@1.0.0; interface api { ${members} } world all { import api; }`;
    const { imports } = decodeComponent(await buildComponent(source, 'all'));
    const written = ({ functions }: WitInterface): string[] => functions.map(formatFunction).sort();
    expect(read(members).sort()).toEqual(imports.flatMap(written));
  });
});
