import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { describe, expect, it } from 'vitest';
import { decodeComponent } from '../formats/component/index.js';
import { hostInterfaces, unavailableInterfaces } from '../host-functions/wasi/index.js';
import { className } from '../qualified-name.js';
import { testContext } from '../testing/context.js';
import { interfaceDifferences } from './interface-differences.js';
import { linkImports } from './linker.js';

/** What the host answers a component that is written as text. */
async function answerTo(text: string): Promise<string> {
  const types = decodeComponent(await parse(`(component ${text})`));
  try {
    linkImports(types, {
      component: 'hostile',
      interfaces: hostInterfaces,
      unavailable: unavailableInterfaces,
    });
  } catch (error) {
    return (error as Error).message;
  }
  return 'linked';
}

/** A component that imports one function beside the resource of an interface. */
function importing(id: string, resource: string, name: string, type: string): Promise<string> {
  return answerTo(`
    (import "${id}" (instance
      (export "${resource}" (type $r (sub resource)))
      (export "${name}" (func ${type}))))`);
}

const self = '(param "self" (borrow $r))';

describe('a component that asks for a member that no WIT has is refused', () => {
  it('when it asks for an internal method', async () => {
    const text = `
      (import "wasi:io/poll@0.2.0" (instance $poll (export "pollable" (type $p (sub resource)))
        (export "[method]pollable.watch" (func (param "self" (borrow $p)) (param "x" u32)))))
      (alias export $poll "pollable" (type $P))
      (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
        (alias outer 1 $P (type $pp)) (export "pollable" (type $q (eq $pp)))
        (export "subscribe-duration" (func (param "when" u64) (result (own $q))))))
      (core func $watch (canon lower (func $poll "[method]pollable.watch")))
      (core func $sub (canon lower (func $clock "subscribe-duration")))
      (core module $m (import "" "watch" (func $watch (param i32 i32)))
        (import "" "sub" (func $sub (param i64) (result i32)))
        (func (export "f") (call $watch (call $sub (i64.const 1000000)) (i32.const 5))))
      (core instance $i (instantiate $m
        (with "" (instance (export "watch" (func $watch)) (export "sub" (func $sub))))))
      (func (export "f") (canon lift (core func $i "f")))`;
    expect(await answerTo(text)).toBe(
      'component "hostile" imports what this host can\'t link: ' +
        'wasi:io/poll@0.2.0: wasi:io/poll has no [method]pollable.watch; build against wasi:io/poll 0.2.x as this host serves it',
    );
  });

  it.each([
    ['wasi:io/poll@0.2.0', 'pollable', '[method]pollable.unwatch', self],
    ['wasi:io/poll@0.2.0', 'pollable', '[method]pollable.is-ready', `${self} (result bool)`],
    ['wasi:io/poll@0.2.0', 'pollable', '[method]pollable.constructor', self],
    ['wasi:io/poll@0.2.0', 'pollable', '[method]pollable.to-string', `${self} (result string)`],
    ['wasi:io/poll@0.2.0', 'pollable', '[method]pollable.value-of', self],
    ['wasi:io/poll@0.2.0', 'pollable', '[static]pollable.to-string', '(result string)'],
    ['wasi:io/poll@0.2.0', 'pollable', '[static]pollable.bind', '(param "x" u32)'],
    ['wasi:io/poll@0.2.0', 'pollable', '[static]pollable.prototype', ''],
    ['wasi:io/poll@0.2.0', 'pollable', '[constructor]pollable', '(result (own $r))'],
    ['wasi:io/poll@0.2.0', 'pollable', 'to-string', '(result string)'],
    ['wasi:io/poll@0.2.0', 'pollable', 'has-own-property', '(param "x" string) (result bool)'],
    ['wasi:io/streams@0.2.0', 'input-stream', '[method]input-stream.take', `${self} (param "x" u64)`],
    ['wasi:http/types@0.2.0', 'fields', '[method]fields.release', self],
    ['wasi:http/types@0.2.0', 'outgoing-response', '[method]outgoing-response.release', self],
    ['wasi:blobstore/types@0.2.0-draft', 'outgoing-value', '[method]outgoing-value.store-as', self],
    ['wrpc:rpc/error@0.1.0', 'error', '[constructor]error', '(param "x" string) (result (own $r))'],
    [
      'wasi:keyvalue/store@0.2.0-draft',
      'bucket',
      '[constructor]bucket',
      '(param "id" string) (param "context" string) (result (own $r))',
    ],
    ['wasmcloud:messaging/types@0.3.0', 'message', '[static]message.from', '(param "x" string)'],
  ])('as %s with %s.%s', async (id, resource, name, type) => {
    expect(await importing(id, resource, name, type)).toContain(`${id.replace(/@.*/, '')} has no ${name}`);
  });
});

describe('no member of a class of the host is reached that is not declared', () => {
  const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const namesOf = (owner: object): string[] => Object.getOwnPropertyNames(owner).map(kebab);
  const ofAll = [...namesOf(Object.prototype), ...namesOf(Function.prototype), ...namesOf(Object)];

  it.each(hostInterfaces.map((served) => [served.declared().id, served] as const))('of %s', (_, served) => {
    const declared = served.declared();
    const members = served.bind(testContext());
    const known = new Set(declared.functions.map(({ name }) => name));
    const wanted = declared.resources.flatMap((resource) => {
      const type = members[className(resource)] as { readonly prototype: object };
      const names = new Set([...namesOf(type), ...namesOf(type.prototype), ...ofAll]);
      return [...names].flatMap((name) => [`[method]${resource}.${name}`, `[static]${resource}.${name}`]);
    });
    wanted.push(...ofAll, ...namesOf(members), ...declared.resources.map((name) => `[constructor]${name}`));
    const undeclared = [...new Set(wanted)].filter((name) => !known.has(name));
    expect(undeclared.length).toBeGreaterThan(10);
    const functions = undeclared.map((name) => ({ name, params: [] }));
    const differences = interfaceDifferences({ ...declared, functions }, declared, Object.is);
    expect(differences).toHaveLength(undeclared.length);
  });
});

describe('a component that asks for what nobody can serve is refused', () => {
  it.each([
    ['wasmcloud:secrets/store@0.2.0', 'version 0.2.0 is not served; build against 0.1.0-draft'],
    ['wasmcloud:identity/store@0.0.1', 'this host gives components no identity of their own'],
    ['wasi:http/types@0.4.0', 'version 0.4.0 is not served; build against 0.2.x, 0.3.x'],
    [
      'wasi:nn/tensor@0.2.0-rc',
      "this host does not serve it, and no link can: the namespace wasi is the host's own",
    ],
    [
      'wasi:cli/run@0.2.0',
      'of wasi:cli it serves wasi:cli/environment (0.2.x, 0.3.x), wasi:cli/exit (0.2.x, 0.3.x)',
    ],
    ['wasi:keyvalue/cas@0.2.0-draft', 'of wasi:keyvalue it serves wasi:keyvalue/store (0.2.0-draft)'],
    ['wasi:keyvalue/store@0.2.0-draft2', 'version 0.2.0-draft2 is not served; build against 0.2.0-draft'],
    ['wrpc:rpc/invoker@0.1.0', 'of wrpc:rpc it serves wrpc:rpc/error (0.1.0)'],
    ['wasmcloud:bus/guest-config@1.0.0', 'of wasmcloud:bus it serves wasmcloud:bus/lattice (2.0.x, 1.0.0)'],
  ])('with what is served instead: %s', async (id, advice) => {
    const message = await answerTo(`(import "${id}" (instance (export "get" (func))))`);
    expect(message).toContain(` link: ${id} (get): `);
    expect(message).toContain(advice);
  });

  it('and is linked when a link can come later', async () => {
    const ids = [
      'acme:math/ops@1.0.0',
      'wasmcloud:postgres/query@0.1.1-draft',
      'wrpc:keyvalue/store@0.2.0-draft',
    ];
    for (const id of ids) {
      expect(await answerTo(`(import "${id}" (instance (export "get" (func))))`)).toBe('linked');
    }
  });
});
