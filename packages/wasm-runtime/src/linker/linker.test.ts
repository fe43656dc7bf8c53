import { func, t, type WitFunction, type WitInterface, witInterface } from '@wasmlattice/rpc';
import { describe, expect, it } from 'vitest';
import type { ComponentTypes } from '../engines/engine.js';
import {
  exactly,
  type HostInterface,
  type InstanceContext,
  wasi02,
} from '../host-functions/host-interface.js';
import { testContext, testLinks } from '../testing/context.js';
import { type Linkage, linkImports } from './linker.js';
import { MissingImportError } from './missing-import-error.js';

function importing(...imports: WitInterface[]): ComponentTypes {
  return { imports, exports: [], importedFunctions: [], exportedFunctions: [] };
}

class Pollable {
  block(): void {}
  static make(): Pollable {
    return new Pollable();
  }
}

const poll: HostInterface = {
  name: 'wasi:io/poll',
  ...wasi02,
  suspending: ['[method]pollable.block'],
  bind: () => ({ Pollable, pollAll: () => [] }),
};

const draft: HostInterface = {
  name: 'acme:draft/api',
  ...exactly('', '0.1.0-draft'),
  suspending: [],
  bind: () => ({ run: () => 1 }),
};

const add: WitFunction = func('add-up', [['a', t.u32]], t.result(t.u32, t.string));

function link(types: ComponentTypes): Linkage {
  return linkImports(types, {
    component: 'hello',
    interfaces: [poll, draft],
    unavailable: new Map([['acme:feature/api', 'enable the feature "acme"']]),
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
    const linkage = link(importing(witInterface(id, [func('[method]pollable.block', [])])));
    expect(linkage.suspends(id, '[method]pollable.block')).toBe(true);
    expect(linkage.bind(testContext()).get(id)).toMatchObject({ Pollable });
  });

  it('keeps functions that do not wait out of the suspending ones', () => {
    const id = 'wasi:io/poll@0.2.0';
    const linkage = link(importing(witInterface(id, [func('poll-all', [])])));
    expect(linkage.suspends(id, 'poll-all')).toBe(false);
    expect(linkage.suspends('wasi:io/other@0.2.0', 'poll-all')).toBe(false);
  });

  it('names the version that is not served and those that are', () => {
    expect(messageOf(importing(witInterface('acme:draft/api@0.3.0', [func('run', [])])))).toBe(
      'component "hello" imports what this host can\'t link:\n' +
        '  - acme:draft/api@0.3.0 (run): version 0.3.0 is not served; build against unversioned, 0.1.0-draft, which this host serves',
    );
  });

  it('names functions and resources that a served interface does not have', () => {
    const imported = witInterface('wasi:io/poll@0.2.9', [
      func('[method]pollable.block', []),
      func('[method]pollable.peek', []),
      func('[static]pollable.make', []),
      func('[constructor]waker', []),
      func('brand-new', []),
    ]);
    expect(messageOf(importing(imported))).toContain(
      '- wasi:io/poll@0.2.9 (resource waker, [method]pollable.peek, [constructor]waker, brand-new): this host serves the interface (0.2.x) without these functions',
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
    const bound = linkage.bind(context).get(id) as { addUp(a: number): Promise<unknown> };
    expect(await bound.addUp(2)).toEqual({ tag: 'ok', val: 3 });
    expect(calls).toEqual([
      ['acme:math/ops', { instance: id, func: add, params: [2], signal: context.signal }],
    ]);
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
    const types = importing(witInterface(id, [func('[method]pollable.block', [])]));
    const linkage = linkImports(types, { component: 'hello', interfaces: [counted] });
    bound.length = 0;
    const context = testContext();
    const imports = linkage.bind(context);
    expect([...imports.keys()]).toEqual([id]);
    expect(bound).toEqual([]);
    expect(imports.get(id)).toBe(imports.get(id));
    expect(bound).toEqual([context]);
    expect(imports.get('wasi:io/streams@0.2.3')).toBeUndefined();
  });
});
