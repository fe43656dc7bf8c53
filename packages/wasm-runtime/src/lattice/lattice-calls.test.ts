import {
  err,
  ok,
  type ServedHandle,
  type WitFunction,
  type WitInterface,
  type WitType,
} from '@wasmlattice/rpc';
import { createMemoryInvoker, createMemoryServer, MemoryLattice } from '@wasmlattice/rpc/memory';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ComponentTypes, HostImport } from '../engines/engine.js';
import { createJcoEngine } from '../engines/jco/index.js';
import { decodeComponent } from '../formats/component/index.js';
import type { LinkInvoker } from '../host-functions/host-interface.js';
import type { RpcErrorResource } from '../host-functions/wasmcloud/bus/index.js';
import { linkImports } from '../linker/linker.js';
import { InstancePool } from '../pool/instance-pool.js';
import { buildGuest } from '../testing/build-guest.js';
import { testContext, testLinks } from '../testing/context.js';
import { InstanceHandles } from './instance-handles.js';
import { bindLatticeCalls, planLatticeCalls } from './lattice-calls.js';

const pricesId = 'acme:shop/prices@1.2.0';

/** Exports what it imports, and passes every call on. */
const relay = {
  wit: `
    world guest {
      import ${pricesId};
      export ${pricesId};
    }
    package acme:shop@1.2.0 {
      interface prices {
        enum currency { euro, us-dollar }
        record options { currency: currency, max-discount: option<u32>, tags: list<string> }
        variant failure { unknown-item(string), shop-closed }
        quote: func(item: string, options: options) -> result<tuple<u64, string>, failure>;
        note: func(text: string);
      }
    }`,
  wat: `
    (import "${pricesId}" "quote" (func $quote (param i32 i32 i32 i32 i32 i32 i32 i32)))
    (import "${pricesId}" "note" (func $note (param i32 i32)))
    ;; code
    (func (export "${pricesId}#quote") (param i32 i32 i32 i32 i32 i32 i32) (result i32)
      (call $quote (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (i32.const 64))
      (i32.const 64))
    (func (export "${pricesId}#note") (param i32 i32) (call $note (local.get 0) (local.get 1)))`,
};

const shop = 'shop';
let guest: Uint8Array;
let types: ComponentTypes;

beforeAll(async () => {
  guest = await buildGuest(relay);
  types = decodeComponent(guest);
});

/** A relay guest whose link leads to `target` in an in-memory lattice. */
async function connect(lattice: MemoryLattice, target = shop): Promise<InstancePool> {
  const component = 'relay';
  const invoker = createMemoryInvoker({ lattice });
  const links = testLinks((linkKey, invocation) => {
    expect(linkKey).toBe('acme:shop/prices');
    return invoker.invoke({ ...invocation, target });
  });
  const linkage = linkImports(types, { component, interfaces: [] });
  const compiled = await createJcoEngine().compile(guest, { component, suspends: linkage.suspends });
  return new InstancePool({
    component,
    compiled,
    linkage: { bind: (context) => linkage.bind({ ...context, signal: context.signal, links }) },
    maxInstances: 1,
  });
}

function call(pool: InstancePool, func: string, ...params: unknown[]): Promise<unknown> {
  return pool.run(testContext(), (instance) => instance.call(pricesId, func, params));
}

function serve(
  lattice: MemoryLattice,
  name: string,
  answer: (params: readonly unknown[]) => unknown,
): Promise<ServedHandle> {
  const [prices] = types.imports as [WitInterface];
  const func = prices.functions.find((candidate) => candidate.name === name);
  if (!func) throw new Error(`the relay has no function ${name}`);
  return createMemoryServer({ lattice }).serve({
    target: shop,
    instance: pricesId,
    func,
    handler: async (params) => answer(params),
  });
}

const options = { currency: 'us-dollar', maxDiscount: undefined, tags: ['new', 'größe 42'] };

describe('a call to an interface the host does not serve', () => {
  it.each([
    ['the answer', ok([1299n, 'boots'])],
    ['the error', err({ tag: 'unknown-item', val: 'boots' })],
    ['an error without payload', err({ tag: 'shop-closed' })],
  ])('brings the parameters to the lattice and %s back', async (_, answer) => {
    const lattice = new MemoryLattice();
    let seen: readonly unknown[] = [];
    await serve(lattice, 'quote', (params) => {
      seen = params;
      return answer;
    });
    const pool = await connect(lattice);
    expect(await call(pool, 'quote', 'boots', options)).toEqual(answer);
    expect(seen).toEqual(['boots', options]);
  });

  it('works without a result', async () => {
    const lattice = new MemoryLattice();
    const seen: unknown[] = [];
    await serve(lattice, 'note', ([text]) => {
      seen.push(text);
    });
    expect(await call(await connect(lattice), 'note', 'hello')).toBeUndefined();
    expect(seen).toEqual(['hello']);
  });

  it('traps the guest when the call fails, naming target and function', async () => {
    const pool = await connect(new MemoryLattice(), 'closed-shop');
    const failed = call(pool, 'quote', 'boots', options);
    await expect(failed).rejects.toMatchObject({
      name: 'TrapError',
      kind: 'trap',
      cause: { code: 'not-found' },
    });
    await expect(failed).rejects.toThrow(`${pricesId}.quote on closed-shop`);
  });
});

describe('a function whose error is that of wrpc:rpc', () => {
  const id = 'acme:shop/stock@1.2.0';
  const error: WitType = { kind: 'own', resource: { instance: 'wrpc:rpc/error@0.1.0', name: 'error' } };
  const stock: WitInterface = {
    id,
    functions: [{ name: 'count', params: [], result: { kind: 'result', ok: { kind: 'u32' }, err: error } }],
    resources: [],
  };

  const bind = (links: LinkInvoker): HostImport =>
    bindLatticeCalls(
      planLatticeCalls(stock, () => ({ kind: 'none', reason: 'nothing may ask' })),
      testContext({ links }),
      new InstanceHandles(),
    );

  it('can be linked: the peer returns the plain value', async () => {
    let sent: WitFunction | undefined;
    const links = testLinks(async (_linkKey, { func }) => {
      sent = func;
      return 7;
    });
    expect(await bind(links).func('count')?.()).toEqual(ok(7));
    expect(sent).toEqual({ name: 'count', params: [], result: { kind: 'u32' } });
  });

  it('gives a failed call to the guest instead of a trap', async () => {
    const links = testLinks(() => Promise.reject(new Error('nobody listens')));
    const count = bind(links).func('count') as () => Promise<{ tag: string; val: RpcErrorResource }>;
    const { tag, val } = await count();
    expect([tag, val.toDebugString()]).toEqual(['err', 'nobody listens']);
  });
});
