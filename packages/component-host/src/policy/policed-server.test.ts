import { func, type RpcError, t } from '@wasmlattice/rpc';
import { createMemoryInvoker, createMemoryServer, MemoryLattice } from '@wasmlattice/rpc/memory';
import { expect, it } from 'vitest';
import { type InvocationDecision, ThreadDecisions } from './invocation-gate.js';
import { policedServer } from './policed-server.js';

const add = func('add', [['one', t.u32]], t.u32);

async function setUp(decide: () => InvocationDecision) {
  const lattice = new MemoryLattice();
  let asked = 0;
  let served = 0;
  const decisions = new ThreadDecisions(async (generation, invoked) => {
    expect([generation, invoked]).toEqual([7, { instance: 'acme:shop/cart', func: 'add' }]);
    asked += 1;
    return decide();
  });
  const server = policedServer(createMemoryServer({ lattice }), decisions.gateOf(7), 'shop');
  await server.serve({
    target: 'shop',
    instance: 'acme:shop/cart',
    func: add,
    handler: async ([one]) => {
      served += 1;
      return (one as number) + 1;
    },
  });
  const invoker = createMemoryInvoker({ lattice });
  return {
    decisions,
    counts: () => ({ asked, served }),
    invoke: () => invoker.invoke({ target: 'shop', instance: 'acme:shop/cart', func: add, params: [1] }),
  };
}

it('asks once about a function, until what it knows is forgotten', async () => {
  const { invoke, counts, decisions } = await setUp(() => ({ permitted: true, isFinal: true }));
  expect(await Promise.all([invoke(), invoke()])).toEqual([2, 2]);
  expect(await invoke()).toBe(2);
  expect(counts()).toEqual({ asked: 1, served: 3 });
  decisions.forget();
  expect(await invoke()).toBe(2);
  expect(counts()).toEqual({ asked: 2, served: 4 });
});

it('refuses at once, with the reason, without a call of the component', async () => {
  const { invoke, counts } = await setUp(() => ({ permitted: false, message: 'not today', isFinal: true }));
  for (let i = 0; i < 2; i += 1) {
    const failure = await invoke().catch((error: unknown) => error);
    expect((failure as RpcError).code).toBe('denied');
    expect(String(failure)).toContain('policy denied request to invoke component shop: not today');
  }
  expect(counts()).toEqual({ asked: 1, served: 0 });
});

it('asks again after a decision that is not final', async () => {
  let permitted = false;
  const { invoke, counts } = await setUp(() => ({ permitted, isFinal: false }));
  await expect(invoke()).rejects.toThrow();
  permitted = true;
  expect(await invoke()).toBe(2);
  expect(counts()).toEqual({ asked: 2, served: 1 });
});

it('does not keep a decision that was forgotten while it was on its way', async () => {
  const answer = Promise.withResolvers<InvocationDecision>();
  let asked = 0;
  const decisions = new ThreadDecisions(() => {
    asked += 1;
    return asked === 1 ? answer.promise : Promise.resolve({ permitted: false, isFinal: true });
  });
  const decide = decisions.gateOf(1).of({ instance: 'a', func: 'b' });
  const first = decide();
  decisions.forget();
  answer.resolve({ permitted: true, isFinal: true });
  expect(await first).toMatchObject({ permitted: true });
  expect(await decide()).toMatchObject({ permitted: false });
});
