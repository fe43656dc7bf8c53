import { setImmediate as turn } from 'node:timers/promises';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EndSignal } from '../ending.js';
import { createDirectEngine } from '../engines/direct/index.js';
import type { ComponentInstance, Engine, HostImports } from '../engines/engine.js';
import { buildBusyGuest, busyInterface } from '../testing/busy-guest.js';
import { testContext } from '../testing/context.js';
import {
  buildEndlessGuest,
  endless,
  endlessInterface,
  endlessUnsuspended,
  helpersInterface,
} from '../testing/endless-guest.js';
import { hostImport } from '../testing/host-import.js';
import { collectGarbage } from './collect-garbage.js';
import { FairTurns } from './fair-turns.js';
import { GuestClock, type ThreadClock } from './guest-clock.js';
import { GuestSlices } from './guest-slices.js';
import { GuestTime } from './guest-time.js';
import { InstancePool } from './instance-pool.js';
import { createProcessBudgets, readProcessBudgets } from './process-budgets.js';
import { ThreadBudgets } from './thread-budgets.js';

const instances = 3;
/** More than guests have at once, fewer than all of them together. */
const mostMemories = 200;

const helpers: HostImports = new Map([
  [
    helpersInterface,
    hostImport({
      answer: () => 7,
      text: () => 'text',
      texts: () => Array.from({ length: 100_000 }, () => 'text'),
    }),
  ],
]);

let clock: GuestClock;
let thread: ThreadClock;
let slices: GuestSlices;
let engine: Engine;
const budgets = createProcessBudgets({
  threads: 1,
  mappedAreas: 100,
  ceilings: {
    'suspended-stacks': 100,
    'linear-memories': mostMemories,
    'mapped-areas': 10_000,
    'resident-memory': 1_000_000_000_000,
  },
});
const threadBudgets = new ThreadBudgets({ budgets, thread: 0 });
const fair = { time: new GuestTime(), turns: new FairTurns() };
let hostile: InstancePool;
let neighbour: InstancePool;
/** Turns of the event loop so far. */
let turns = 0;
let isOver = false;

async function makePool(bytes: Uint8Array, component: string, imports: HostImports): Promise<InstancePool> {
  const compiled = await engine.compile(bytes, { component, suspends: () => false });
  const account = fair.time.account();
  return new InstancePool({
    component,
    compiled,
    linkage: { bind: () => imports },
    maxInstances: instances,
    budgets: threadBudgets,
    clock: account,
    turns: fair.turns.share(account),
  });
}

beforeAll(async () => {
  clock = new GuestClock();
  thread = clock.add(0);
  slices = new GuestSlices(thread);
  engine = createDirectEngine({ preemption: slices, budgets: threadBudgets });
  hostile = await makePool(await buildEndlessGuest(), 'hostile', helpers);
  neighbour = await makePool(await buildBusyGuest(), 'neighbour', new Map());
  const count = (): void => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
});

afterAll(async () => {
  isOver = true;
  await clock.close();
});

/** How many turns of the event loop the neighbour takes to answer. */
async function askNeighbour(): Promise<number> {
  const before = turns;
  const answer = await neighbour.run(testContext(), (instance) => instance.call(busyInterface, 'quick', []));
  expect(answer).toBe(7);
  return turns - before;
}

type Work = (instance: ComponentInstance, signal: EndSignal) => Promise<unknown>;

const calling =
  (func: string): Work =>
  (instance) =>
    instance.call(endlessInterface, func, []);

/** As many as may run at once do the same, until they are ended. */
function attack(work: Work, pool = hostile): { readonly ended: Promise<unknown[]>; end(): void } {
  const deadline = new AbortController();
  const runs = Array.from({ length: instances }, () =>
    pool.run(testContext(), work, { signal: deadline.signal }).then(
      (value) => ({ value }),
      (error: { readonly cause?: unknown }) => error.cause ?? error,
    ),
  );
  return { ended: Promise.all(runs), end: () => deadline.abort(new Error('time is up')) };
}

describe('beside guests that go on for ever', () => {
  it.each(Object.entries(endless))('by %s a neighbour is answered, until they are ended', async (_, func) => {
    const { ended, end } = attack(calling(func));
    for (let i = 0; i < 20; i++) {
      expect(await askNeighbour()).toBeLessThan(4);
      await turn();
    }
    const before = turns;
    end();
    for (const error of await ended) expect(error).toMatchObject({ message: 'time is up' });
    expect(turns - before).toBeLessThan(4);
    expect(hostile.stats.active).toBe(0);
    await askNeighbour();
  });

  it.each(Object.entries(endlessUnsuspended))(
    'in %s a neighbour is answered, once they were ended',
    async (_, func) => {
      const { ended } = attack(calling(func));
      expect(await askNeighbour()).toBeLessThan(4);
      for (const error of await ended) expect(error).toMatchObject({ name: 'BlockedThreadError' });
      expect(await askNeighbour()).toBeLessThan(4);
    },
  );

  it('in a destructor that the host has called a neighbour is answered, once they were ended', async () => {
    const { ended } = attack(async (instance) => {
      const thing = await instance.call(endlessInterface, '[constructor]thing', [true]);
      (thing as Disposable)[Symbol.dispose]();
    });
    for (const error of await ended) expect(error).toMatchObject({ name: 'BlockedThreadError' });
    expect(await askNeighbour()).toBeLessThan(4);
  });

  it('while further calls of the same instances wait a neighbour is answered', async () => {
    const { ended, end } = attack((instance) =>
      Promise.all([calling('spin'), calling('quick')].map((work) => work(instance, AbortSignal.abort()))),
    );
    for (let i = 0; i < 20; i++) {
      expect(await askNeighbour()).toBeLessThan(4);
      await turn();
    }
    end();
    for (const error of await ended) expect(error).toMatchObject({ message: 'time is up' });
  });

  it('in start functions a neighbour is answered, until they are ended', async () => {
    const bytes = await parse(
      '(component (core module $m (func $f (loop $l (br $l))) (start $f)) (core instance (instantiate $m)))',
    );
    const compiled = await engine.compile(bytes, { component: 'starter', suspends: () => false });
    const deadline = new AbortController();
    const starts = [1, 2].map(() => compiled.instantiate(new Map(), { signal: deadline.signal }));
    const ended = Promise.allSettled(starts);
    for (let i = 0; i < 20; i++) {
      expect(await askNeighbour()).toBeLessThan(4);
      await turn();
    }
    deadline.abort(new Error('time is up'));
    for (const result of await ended) {
      expect(result).toMatchObject({ reason: { cause: { message: 'time is up' } } });
    }
  });
});

it('recursion without end overflows the stack of the one that does it', async () => {
  const { ended } = attack(calling('recurse'));
  for (const error of await ended)
    expect(error).toMatchObject({ name: 'LimitExceededError', limit: 'stack' });
  expect(await askNeighbour()).toBeLessThan(4);
});

it('guests that were ended leave nothing behind, however many', async () => {
  const used = (): unknown => readProcessBudgets(budgets)['suspended-stacks'].used;
  for (let started = 0; started <= mostMemories; started += instances) {
    const { ended, end } = attack((instance) => instance.call(busyInterface, 'spin', []), neighbour);
    await turn();
    end();
    for (const error of await ended) expect(error).toMatchObject({ message: 'time is up' });
  }
  for (const pool of [hostile, neighbour]) expect(pool.stats).toMatchObject({ active: 0, waiting: 0 });
  expect(used()).toBe(0);
  await expect
    .poll(async () => {
      await turn();
      const before = slices.turns;
      await turn();
      return slices.turns - before;
    })
    .toBe(0);
  while (Atomics.load(thread.sleeping, 0) !== 1) await turn();
  await collectGarbage();
  await expect.poll(() => readProcessBudgets(budgets)['linear-memories'].used).toBeLessThan(20);
});
