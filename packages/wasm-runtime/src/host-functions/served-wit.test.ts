import { readFile } from 'node:fs/promises';
import type { WitInterface } from '@wasmlattice/rpc';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeComponent } from '../formats/component/index.js';
import { buildComponent } from '../formats/component/testing/build-component.js';
import { parseInterfaceId } from '../interface-id.js';
import { interfaceDifferences } from '../linker/interface-differences.js';
import { testContext } from '../testing/context.js';
import { DeclaredMembers } from './declared-members.js';
import { hostInterfaces } from './wasi/index.js';

const all = hostInterfaces.map((served) => [`${served.name} ${served.versions}`, served] as const);

describe('what an interface declares', () => {
  it.each(all)('is there: %s', (_, served) => {
    const bound = new DeclaredMembers(served.declared()).bind(served.bind(testContext()));
    const inherited = new Set<unknown>([...membersOf(Object.prototype), ...membersOf(Function.prototype)]);
    for (const { name } of served.declared().functions) {
      const implementation = bound.func(name);
      expect(implementation, name).toBeTypeOf('function');
      expect(inherited.has(implementation), name).toBe(false);
    }
    for (const name of served.declared().resources) expect(bound.resource(name), name).toBeTypeOf('function');
  });

  it.each(all)('is all that is there: %s', (_, served) => {
    const declared = new DeclaredMembers(served.declared()).bind(served.bind(testContext()));
    for (const name of ['to-string', 'constructor', '__proto__', 'has-own-property', 'watch', 'release']) {
      expect(declared.func(name)).toBeUndefined();
      expect(declared.resource(name)).toBeUndefined();
      for (const resource of served.declared().resources) {
        expect(declared.func(`[method]${resource}.${name}`)).toBeUndefined();
        expect(declared.func(`[static]${resource}.${name}`)).toBeUndefined();
      }
    }
  });

  it.each(all)('includes what may wait: %s', (_, { declared, suspending }) => {
    expect(declared().functions.map(({ name }) => name)).toEqual(expect.arrayContaining([...suspending]));
  });
});

/** Packages as others wrote them, read by the tools of others. */
describe('the WIT of an interface', () => {
  let standard: ReadonlyMap<string, WitInterface>;
  beforeAll(async () => {
    standard = await decodePackages([
      ...(await Promise.all(wasi.map((name) => readWasi(name, '0.2.12')))),
      ...(await Promise.all(wasi.slice(1).map((name) => readWasi(name, '0.3.0')))),
      ...(await Promise.all(
        ['keyvalue', 'blobstore', 'config', 'logging', 'messaging', 'messaging-v3', 'bus', 'secrets'].map(
          readForGuests,
        ),
      )),
    ]);
  });

  const wasi = ['io', 'clocks', 'random', 'cli', 'filesystem', 'sockets', 'http'];

  /** Without a text of others: what the guests of this repository have no use for. */
  const own = ['wasi:config/runtime', 'wasmcloud:bus/error', 'wrpc:rpc/error'];
  const compared = hostInterfaces.filter(
    ({ name, declared }) => !own.includes(name) && declared().id !== 'wasmcloud:bus/lattice@1.0.0',
  );

  it.each(compared.map(({ declared }) => [declared().id, declared()] as const))(
    'has the functions and types of the standard: %s',
    (_, declared) => {
      const { name } = parseInterfaceId(declared.id);
      const foreign = [...standard.values()].find(
        ({ id }) => parseInterfaceId(id).name === name && isVersionOf(id, declared.id),
      );
      if (foreign === undefined) throw new Error(`no other text of ${declared.id}`);
      const isSame = (found: { instance: string; name: string }, expected: typeof found): boolean =>
        found.name === expected.name &&
        parseInterfaceId(found.instance).name === parseInterfaceId(expected.instance).name;
      expect(interfaceDifferences(foreign, declared, isSame).map((each) => each())).toEqual([]);
      expect(interfaceDifferences(declared, foreign, isSame).map((each) => each())).toEqual([]);
      expect(paramNames(declared)).toEqual(paramNames(foreign));
    },
  );
});

function membersOf(prototype: object): unknown[] {
  return Object.values(Object.getOwnPropertyDescriptors(prototype)).map(({ value }) => value);
}

/** Releases of one version differ in nothing that is served: 0.3.0 is what jco has, 0.3.2 what the host names. */
function isVersionOf(id: string, declared: string): boolean {
  const { version } = parseInterfaceId(id);
  const expected = parseInterfaceId(declared).version;
  return version === expected || (!version.includes('-') && release(version) === release(expected));
}

function release(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

function paramNames({ functions }: WitInterface): Record<string, string[]> {
  return Object.fromEntries(functions.map(({ name, params }) => [name, params.map((param) => param.name)]));
}

/** WASI as the Bytecode Alliance publishes it with jco. */
async function readWasi(name: string, version: string): Promise<string> {
  const main = import.meta.resolve('@bytecodealliance/jco');
  return await readFile(new URL(`../lib/wit/builtin/${version}/wasi-${name}/package.wit`, main), 'utf8');
}

/** What the guests of this repository are built against. */
async function readForGuests(name: string): Promise<string> {
  const file = new URL(`../../../../examples/guest-build/wit/${name}/package.wit`, import.meta.url);
  return (await readFile(file, 'utf8')).replaceAll('@0.2.10', '@0.2.12');
}

/** The types of a component that imports every interface of the packages, built by wasm-tools. */
async function decodePackages(texts: readonly string[]): Promise<ReadonlyMap<string, WitInterface>> {
  const packages = texts.map((text) => text.replace(/^package ([^;]+);([\s\S]*)$/m, 'package $1 {$2}'));
  const ids = texts.flatMap((text) => {
    const [, path, version] = /^package ([^@;]+)(@[^;]+)?;/m.exec(text) ?? [];
    return [...text.matchAll(/^interface ([\w-]+)/gm)].map(([, name]) => `${path}/${name}${version ?? ''}`);
  });
  const imports = ids.map((id) => `import ${id};`).join('\n');
  const source = `package test:all;\nworld all {\n${imports}\n}\n${packages.join('\n')}`;
  const types = decodeComponent(await buildComponent(source, 'all', { features: { tag: 'all' } }));
  return new Map(types.imports.map((each) => [each.id, each]));
}
