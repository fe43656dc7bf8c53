import { func, t, type WitFunction, type WitInterface, type WitType, witInterface } from '@wasmlattice/rpc';
import { describe, expect, it } from 'vitest';
import type { ComponentTypes } from '../engines/engine.js';
import {
  exactly,
  type HostInterface,
  type InstanceContext,
  wasi02,
} from '../host-functions/host-interface.js';
import { testContext, testLinks } from '../testing/context.js';
import { declare } from '../testing/declare.js';
import { type Linkage, linkImports } from './linker.js';
import { MissingImportError } from './missing-import-error.js';

function importing(...imports: WitInterface[]): ComponentTypes {
  return { imports, exports: [], importedFunctions: [], exportedFunctions: [] };
}

class Pollable {
  block(): void {}
  /** Of the host alone. */
  watch(): void {}
  static make(): Pollable {
    return new Pollable();
  }
}

const poll: HostInterface = {
  ...declare(
    'wasi:io/poll@0.2.12',
    `resource pollable { block: func(); make: static func() -> pollable; ready: func() -> bool; }
     poll-all: func(in: list<borrow<pollable>>) -> list<u32>;
     record size { width: u32, height: u32 }
     variant failure { closed, other(string) }
     measure: func(of: size) -> result<option<u32>, failure>;`,
  ),
  ...wasi02,
  suspending: ['[method]pollable.block'],
  bind: () => ({ Pollable, pollAll: () => [] }),
};

const draft: HostInterface = {
  ...declare('acme:draft/api@0.1.0-draft', 'run: func() -> u32;'),
  ...exactly('', '0.1.0-draft'),
  suspending: [],
  bind: () => ({ run: () => 1 }),
};

const pollable = { instance: 'wasi:io/poll@0.2.0', name: 'pollable' };

/** `block` as the interface of that version has it. */
function block(version: string): WitFunction {
  const self = t.borrow({ instance: `wasi:io/poll@${version}`, name: 'pollable' });
  return func('[method]pollable.block', [['self', self]]);
}

const pollAll: WitFunction = func('poll-all', [['in', t.list(t.borrow(pollable))]], t.list(t.u32));

const add: WitFunction = func('add-up', [['a', t.u32]], t.result(t.u32, t.string));

const size = t.record({ width: t.u32, height: t.u32 });
const failure = t.variant({ closed: undefined, other: t.string });

function measure(of: WitType = size, err: WitType = failure): WitFunction {
  return func('measure', [['of', of]], t.result(t.option(t.u32), err));
}

function pairs({ params }: WitFunction): (readonly [string, WitType])[] {
  return params.map(({ name, type }) => [name, type]);
}

function link(types: ComponentTypes): Linkage {
  return linkImports(types, {
    component: 'hello',
    interfaces: [poll, draft],
    unavailable: new Map([
      ['acme:feature/api', 'enable the feature "acme"'],
      ['acme:secrets', 'there are no secrets'],
      ['wasi', "it is the host's"],
    ]),
  });
}

function messageOf(types: ComponentTypes): string {
  try {
    link(types);
  } catch (error) {
    if (error instanceof MissingImportError) return error.message;
    throw error;
  }
  throw new Error('linked');
}

describe('linking', () => {
  it.each(['0.2.0', '0.2.3', '0.2.12'])('serves WASI %s with the one 0.2 implementation', (version) => {
    const id = `wasi:io/poll@${version}`;
    const linkage = link(importing(witInterface(id, [block(version)])));
    expect(linkage.suspends(id, '[method]pollable.block')).toBe(true);
    const bound = linkage.bind(testContext()).get(id);
    expect(bound?.resource('pollable')).toBe(Pollable);
    expect(bound?.func('[method]pollable.block')).toBe(Pollable.prototype.block);
  });

  it('refuses an import that takes one resource of the host for another, and no other names for one', () => {
    const two = declare('acme:two/api@1.0.0', 'resource one {} resource other {}');
    const host: HostInterface = { ...two, ...exactly('1.0.0'), suspending: [], bind: () => ({}) };
    const id = 'acme:two/api@1.0.0';
    const claiming = (alias: string, of: string): ComponentTypes =>
      importing({
        id,
        functions: [],
        resources: [of],
        aliases: [{ name: alias, resource: { instance: id, name: of } }],
      });
    const linked = (types: ComponentTypes): Linkage =>
      linkImports(types, { component: 'hello', interfaces: [host] });
    expect(() => linked(claiming('other', 'one'))).toThrow(
      'the resource other is one of its own, found one under that name',
    );
    expect(linked(claiming('another', 'one')).latticeInterfaces).toEqual([]);
  });

  it('serves an import of another name that says which interface it is, with resources of that name', () => {
    const self = t.borrow({ instance: 'mine', name: 'pollable' });
    const renamed = func('[method]pollable.block', [['self', self]]);
    const imported = { ...witInterface('mine', [renamed]), implements: 'wasi:io/poll@0.2.3' };
    const linkage = link(importing(imported));
    expect(linkage.suspends('mine', '[method]pollable.block')).toBe(true);
    expect(linkage.bind(testContext()).get('mine')?.resource('pollable')).toBe(Pollable);
  });

  it('keeps functions that do not wait out of the suspending ones', () => {
    const id = 'wasi:io/poll@0.2.0';
    const linkage = link(importing(witInterface(id, [pollAll])));
    expect(linkage.suspends(id, 'poll-all')).toBe(false);
    expect(linkage.suspends('wasi:io/other@0.2.0', 'poll-all')).toBe(false);
  });

  it('names the version that is not served and those that are', () => {
    expect(messageOf(importing(witInterface('acme:draft/api@0.3.0', [func('run', [])])))).toBe(
      'component "hello" imports what this host can\'t link: ' +
        'acme:draft/api@0.3.0 (run): version 0.3.0 is not served; build against unversioned, 0.1.0-draft, which this host serves',
    );
  });

  it('names functions and resources that a served interface does not have', () => {
    const imported = witInterface('wasi:io/poll@0.2.9', [
      block('0.2.9'),
      func('[method]pollable.peek', []),
      func('[method]pollable.blok', []),
      func('[constructor]waker', []),
    ]);
    expect(messageOf(importing(imported))).toBe(
      'component "hello" imports what this host can\'t link: ' +
        'wasi:io/poll@0.2.9: wasi:io/poll has no resource waker; wasi:io/poll has no [method]pollable.peek; ' +
        'wasi:io/poll has no [method]pollable.blok (the closest is [method]pollable.block); wasi:io/poll has no [constructor]waker; ' +
        'build against wasi:io/poll 0.2.x as this host serves it',
    );
  });

  it.each([
    // Members of the class that implements the interface, and of what every class, function and object has.
    '[method]pollable.watch',
    '[method]pollable.constructor',
    '[method]pollable.to-string',
    '[method]pollable.has-own-property',
    '[method]pollable.__proto__',
    '[method]pollable.__define-getter__',
    '[static]pollable.prototype',
    '[static]pollable.name',
    '[static]pollable.to-string',
    '[static]pollable.bind',
    '[static]pollable.block',
    '[method]pollable.make',
    '[constructor]pollable',
    'to-string',
    'constructor',
    '__proto__',
    'pollable',
    'Poll-All',
    'pollAll',
  ])('does not give out %s, which the interface does not declare', (name) => {
    const imported = { ...witInterface('wasi:io/poll@0.2.0', [func(name, [])]), resources: ['pollable'] };
    expect(messageOf(importing(imported))).toContain(`wasi:io/poll has no ${name}`);
  });

  it('names no more than twenty of many, and nothing in full length', () => {
    const long = 'a'.repeat(10_000);
    const many = Array.from({ length: 5_000 }, (_, i) => func(`[method]pollable.${i}-${long}`, []));
    const message = messageOf(importing(witInterface('wasi:io/poll@0.2.0', many)));
    expect(message).toContain('; and 4980 more; build against');
    expect(message.length).toBeLessThan(10_000);
    const versions = Array.from({ length: 5_000 }, (_, i) =>
      witInterface(`wasi:io/poll@0.2.${i}`, [func('made-up', [])]),
    );
    expect(messageOf(importing(...versions))).toMatch(/\n {2}- and 4980 more$/);
  });

  it.each<[string, WitFunction, string]>([
    [
      'another result',
      func('[method]pollable.ready', [['self', t.borrow(pollable)]], t.u32),
      '[method]pollable.ready is of another type, the result: expected bool, found u32',
    ],
    [
      'a result where there is none',
      func('[method]pollable.block', [['self', t.borrow(pollable)]], t.bool),
      '[method]pollable.block is of another type, the result: expected none, found bool',
    ],
    [
      'parameters too many',
      func('poll-all', [...pairs(pollAll), ['more', t.u8]], t.list(t.u32)),
      'poll-all is of another type, expected 1 parameter, found 2 parameters',
    ],
    [
      'an own handle for a borrowed one',
      func('poll-all', [['in', t.list(t.own(pollable))]], t.list(t.u32)),
      'poll-all is of another type, the element of the parameter in: expected borrow<wasi:io/poll@0.2.12.pollable>, found wasi:io/poll@0.2.0.pollable',
    ],
    [
      'a resource of another interface',
      func(
        'poll-all',
        [['in', t.list(t.borrow({ ...pollable, instance: 'acme:draft/api@0.1.0-draft' }))]],
        t.list(t.u32),
      ),
      'found borrow<acme:draft/api@0.1.0-draft.pollable>',
    ],
    [
      'a function that is async',
      { ...pollAll, async: true },
      'poll-all is of another type, expected func, found async func',
    ],
    [
      'a record with a field more',
      measure(t.record({ width: t.u32, height: t.u32, depth: t.u32 })),
      'measure is of another type, field 3 of the parameter of: expected none, found depth',
    ],
    [
      'a record with a field less',
      measure(t.record({ width: t.u32 })),
      'field 2 of the parameter of: expected height, found none',
    ],
    [
      'a field of another type',
      measure(t.record({ width: t.u32, height: t.u64 })),
      'field height of the parameter of: expected u32, found u64',
    ],
    [
      'cases in another order',
      measure(undefined, t.variant({ other: t.string, closed: undefined })),
      'case 1 of err of the result: expected closed, found other',
    ],
    [
      'a case more',
      measure(undefined, t.variant({ closed: undefined, other: t.string, more: undefined })),
      'case 3 of err of the result: expected none, found more',
    ],
    [
      'a case without its value',
      measure(undefined, t.variant({ closed: undefined, other: undefined })),
      'case other of err of the result: expected string, found none',
    ],
  ])('refuses %s, and says where the types differ', (_, wanted, difference) => {
    expect(messageOf(importing(witInterface('wasi:io/poll@0.2.0', [wanted])))).toContain(difference);
  });

  it('does not care how parameters are called', () => {
    const renamed = func('poll-all', [['pollables', t.list(t.borrow(pollable))]], t.list(t.u32));
    expect(() => link(importing(witInterface('wasi:io/poll@0.2.0', [renamed])))).not.toThrow();
  });

  it('refuses what nobody can serve: by interface, package or namespace', () => {
    const run = [func('run', [])];
    expect(messageOf(importing(witInterface('acme:secrets/store@1.0.0', run)))).toContain(
      'acme:secrets/store@1.0.0 (run): there are no secrets',
    );
    expect(messageOf(importing(witInterface('wasi:io/handler@0.3.0', run)))).toContain(
      "wasi:io/handler@0.3.0 (run): it is the host's; of wasi:io it serves wasi:io/poll (0.2.x)",
    );
    expect(messageOf(importing(witInterface('wasi:nn/tensor@0.2.0', run)))).toMatch(
      /: wasi:nn\/tensor@0\.2\.0 \(run\): it is the host's$/,
    );
    expect(messageOf(importing(witInterface('inline', run)))).toContain(
      'inline (run): an interface outside of any package has no link; move it into a package of your own',
    );
  });

  it('lists everything that is missing at once', () => {
    const types: ComponentTypes = {
      ...importing(
        witInterface('acme:feature/api@1.0.0', [add]),
        witInterface('acme:shop/cart@1.0.0', [
          func('[method]cart.add', [
            ['to', t.own({ instance: 'wasi:io/streams@0.2.0', name: 'output-stream' })],
          ]),
        ]),
      ),
      importedFunctions: [func('now', [])],
    };
    const message = messageOf(types);
    expect(message).toContain('- acme:feature/api@1.0.0 (add-up): enable the feature "acme"');
    expect(message).toContain(
      '- acme:shop/cart@1.0.0 ([method]cart.add): the host does not serve acme:shop/cart',
    );
    expect(message).toContain(
      "function [method]cart.add can't be called over the lattice: wasi:io/streams.output-stream flows",
    );
    expect(message).toContain('- now: a function outside of any interface has no link');
  });

  it('ignores imports that bring types only', () => {
    expect(
      link(importing({ id: 'acme:types/only@1.0.0', functions: [], resources: [] })).latticeInterfaces,
    ).toEqual([]);
  });
});

describe('an interface the host does not serve', () => {
  const id = 'acme:math/ops@1.2.0';

  it('becomes a suspending call by link, with the wire instance verbatim', async () => {
    const linkage = link(importing(witInterface(id, [add])));
    expect(linkage.suspends(id, 'add-up')).toBe(true);
    expect(linkage.latticeInterfaces).toEqual(['acme:math/ops']);

    const calls: unknown[] = [];
    const context = testContext({
      links: testLinks(async (linkKey, invocation) => {
        calls.push([linkKey, invocation]);
        return { tag: 'ok', val: 3 };
      }),
    });
    expect(await linkage.bind(context).get(id)?.func('add-up')?.(2)).toEqual({ tag: 'ok', val: 3 });
    expect(calls).toEqual([
      ['acme:math/ops', { instance: id, func: add, params: [2], signal: context.signal }],
    ]);
  });

  it('is called by the name of the interface, whatever the import is called', async () => {
    const linkage = link(importing({ ...witInterface('mine', [add]), implements: id }));
    expect(linkage.latticeInterfaces).toEqual(['acme:math/ops']);
    const instances: unknown[] = [];
    const context = testContext({
      links: testLinks(async (_, { instance }) => {
        instances.push(instance);
        return { tag: 'ok', val: 3 };
      }),
    });
    expect(await linkage.bind(context).get('mine')?.func('add-up')?.(2)).toEqual({ tag: 'ok', val: 3 });
    expect(instances).toEqual([id]);
  });

  it('makes resources of the import that they came by, whatever that is called', async () => {
    const cart = { instance: 'mine', name: 'cart' };
    const make = func('make', [], t.own(cart));
    const imported = { ...witInterface('mine', [make]), resources: ['cart'], implements: id };
    const links = testLinks(async () => Uint8Array.of(1));
    const bound = link(importing(imported)).bind(testContext({ links })).get('mine');
    expect(await bound?.func('make')?.()).toBeInstanceOf(bound?.resource('cart'));
  });

  it.each([
    ['mine', 'acme:draft/api.blob is a resource of the host and means nothing in another instance'],
    ['', 'blob is a resource outside of any interface, which nobody makes'],
  ])('is refused when a function passes a resource of "%s"', (instance, reason) => {
    const types = importing(
      { id: 'mine', implements: 'acme:draft/api@0.1.0-draft', functions: [], resources: ['blob'] },
      witInterface(id, [func('take', [['x', t.own({ instance, name: 'blob' })]])]),
    );
    expect(messageOf(types)).toContain(`function take can't be called over the lattice: ${reason}`);
  });

  it('is refused when a function passes what only the host knows', () => {
    const pollable = func('take', [
      ['when', t.list(t.own({ instance: 'wasi:io/poll@0.2.0', name: 'pollable' }))],
    ]);
    expect(link(importing(witInterface(id, [pollable]))).latticeInterfaces).toEqual(['acme:math/ops']);
    const draft = func('take', [['blob', t.own({ instance: 'acme:draft/api@0.1.0', name: 'blob' })]]);
    expect(messageOf(importing(witInterface(id, [draft])))).toContain(
      "function take can't be called over the lattice: acme:draft/api.blob is a resource of the host",
    );
  });

  it.each([
    [
      'a native stream of handles',
      t.stream(t.own({ instance: 'wasi:io/poll@0.2.0', name: 'pollable' })),
      'it passes a native stream of handles',
    ],
    [
      'a lent input-stream',
      t.borrow({ instance: 'wasi:io/streams@0.2.0', name: 'input-stream' }),
      'it lends',
    ],
  ])('is refused when a function takes %s', (_, type, reason) => {
    expect(messageOf(importing(witInterface(id, [func('take', [['x', type]])])))).toContain(reason);
  });

  it('binds an interface when it is first asked for, once for each instance', () => {
    const bound: InstanceContext[] = [];
    const counted: HostInterface = {
      ...poll,
      bind: (context) => {
        bound.push(context);
        return { Pollable };
      },
    };
    const id = 'wasi:io/poll@0.2.3';
    const types = importing(witInterface(id, [block('0.2.3')]));
    const linkage = linkImports(types, { component: 'hello', interfaces: [counted] });
    bound.length = 0;
    const context = testContext();
    const imports = linkage.bind(context);
    expect(bound).toEqual([]);
    expect(imports.get(id)).toBe(imports.get(id));
    expect(bound).toEqual([context]);
    expect(imports.get('wasi:io/streams@0.2.3')).toBeUndefined();
  });
});
