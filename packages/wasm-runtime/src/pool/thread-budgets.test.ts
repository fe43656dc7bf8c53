import { describe, expect, it, vi } from 'vitest';
import { createDirectEngine } from '../engines/direct/index.js';
import type { Engine } from '../engines/engine.js';
import { createJcoEngine } from '../engines/jco/index.js';
import { decodeComponent } from '../formats/component/index.js';
import { linkImports } from '../linker/linker.js';
import { buildCallsGuest, callsInterface, gateInterface } from '../testing/calls-guest.js';
import { testContext } from '../testing/context.js';
import { InstancePool } from './instance-pool.js';
import { createProcessBudgets, readProcessBudgets, reclaimThreadBudgets } from './process-budgets.js';
import type { ProcessCeilings } from './process-ceilings.js';
import { ThreadBudgets, type ThreadBudgetsOptions } from './thread-budgets.js';

function setUp(ceilings: Partial<ProcessCeilings> = {}, options: ThreadBudgetsOptions = {}) {
  const budgets = createProcessBudgets({
    threads: 2,
    mappedAreas: 100,
    ceilings: {
      'suspended-stacks': 100,
      'linear-memories': 100,
      'mapped-areas': 1_000,
      'resident-memory': 1_000_000,
      ...ceilings,
    },
  });
  const [first, second] = [0, 1].map((thread) => new ThreadBudgets({ budgets, thread }, options)) as [
    ThreadBudgets,
    ThreadBudgets,
  ];
  return { budgets, first, second, use: () => readProcessBudgets(budgets) };
}

describe('the budgets of a process', () => {
  it('count the stacks of all threads against one ceiling', () => {
    const { first, second, use } = setUp({ 'suspended-stacks': 3 });
    first.enter('a');
    first.enter('a');
    second.enter('b');
    expect(() => second.enter('b')).toThrow(
      expect.objectContaining({
        name: 'OverloadedError',
        component: 'b',
        budget: 'suspended-stacks',
        retryAfterMs: 1_000,
        message: expect.stringMatching(
          /3 guests run or wait in this process, of at most 3: lower max_instances/,
        ),
      }),
    );
    first.leave();
    second.enter('b');
    expect(use()['suspended-stacks']).toEqual({ used: 3, ceiling: 3, refused: 1 });
  });

  it('count mapped areas for the most stacks that each thread had, since V8 keeps them, and for memories', () => {
    const { first, second, use } = setUp({ 'mapped-areas': 110 });
    const areas = () => use()['mapped-areas'].used;
    for (let round = 0; round < 3; round++) {
      for (const each of [first, first, second]) each.enter('a');
      expect(areas()).toBe(106);
      for (const each of [first, first, second]) each.leave();
    }
    first.hold('a', 1, {});
    expect(() => first.hold('a', 2, {})).toThrow(/about 108 mapped areas.*110: raise vm.max_map_count/);
    expect(use()['linear-memories'].used).toBe(1);
    for (const each of [first, first, first]) each.enter('a');
    expect(() => first.enter('a')).toThrow(expect.objectContaining({ budget: 'mapped-areas' }));
    expect(use()).toMatchObject({
      'suspended-stacks': { used: 3 },
      'mapped-areas': { used: 110, refused: 2 },
    });
  });

  it('count memories until V8 has collected what they belong to', async () => {
    const { first, use } = setUp({ 'linear-memories': 8 });
    // Those that map an image take an area more.
    (() => first.hold('a', 3, {}, 3))();
    const kept = {};
    first.hold('a', 2, kept);
    // None of them costs anything.
    first.hold('a', 0, {});
    expect(use()).toMatchObject({ 'linear-memories': { used: 5 }, 'mapped-areas': { used: 113 } });
    expect(() => first.hold('a', 4, {})).toThrow(/have 5 linear memories, of at most 8/);
    await expect.poll(use).toMatchObject({ 'linear-memories': { used: 2 }, 'mapped-areas': { used: 104 } });
    expect(kept).toEqual({});
  });

  it('have all threads drop what they keep when there is little room for memories', async () => {
    const dropped = vi.fn();
    const collect = vi.fn(async () => {});
    const { first, second } = setUp({ 'linear-memories': 8 }, { onDropped: dropped, collect });
    const asked = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
    first.onPressure(() => {
      asked[0].resolve();
      return 0;
    });
    const ignore = second.onPressure(() => {
      throw new Error('nobody listens any more');
    });
    ignore();
    second.onPressure(() => {
      asked[1].resolve();
      return 2;
    });
    const kept = [{}, {}] as const;
    first.hold('a', 5, kept[0]);
    expect(first.isPressed).toBe(false);
    first.hold('a', 1, kept[1]);
    expect([first.isPressed, second.isPressed]).toEqual([true, true]);
    await Promise.all(asked.map(({ promise }) => promise));
    expect(dropped.mock.calls).toEqual([[2]]);
    expect(collect).toHaveBeenCalledTimes(2);
    expect(kept).toHaveLength(2);
  });

  it('spend a part of the time on collecting, however many are refused', async () => {
    let time = 0;
    const collect = vi.fn(async () => {
      time += 10;
    });
    const { first } = setUp({ 'linear-memories': 1 }, { collect, now: () => time });
    const kept = {};
    first.hold('a', 1, kept);
    const refused = async (): Promise<void> => {
      expect(() => first.hold('a', 1, {})).toThrow(/of at most 1:/);
      // Whoever is told, is told in a later turn.
      await new Promise((resolve) => setImmediate(resolve));
    };
    await refused();
    await expect.poll(() => collect.mock.calls.length).toBe(1);
    for (let call = 0; call < 5; call++) await refused();
    expect(collect).toHaveBeenCalledTimes(1);
    time += 40;
    await refused();
    await expect.poll(() => collect.mock.calls.length).toBe(2);
    expect(kept).toEqual({});
  });

  it('come back when a thread ended', () => {
    const { budgets, first, second, use } = setUp({ 'linear-memories': 8 });
    first.enter('a');
    first.hold('a', 6, {});
    second.enter('b');
    expect(second.isPressed).toBe(true);
    for (let call = 0; call < 2; call++) {
      reclaimThreadBudgets({ budgets, thread: 0 });
      expect(use()).toMatchObject({
        'suspended-stacks': { used: 1 },
        'linear-memories': { used: 0 },
        'mapped-areas': { used: 102 },
      });
    }
    expect(second.isPressed).toBe(false);
  });

  it('know no ceiling where the system has none', () => {
    const { first, use } = setUp({ 'mapped-areas': Number.POSITIVE_INFINITY });
    first.enter('a');
    expect(use()['mapped-areas']).toEqual({ used: 102, ceiling: Number.POSITIVE_INFINITY, refused: 0 });
  });

  it('refuse ceilings and threads that are none', () => {
    const { budgets } = setUp();
    expect(() => setUp({ 'linear-memories': 0 })).toThrow(
      'the ceiling of linear-memories must be above 0, not 0',
    );
    expect(() => setUp({ 'linear-memories': Number.NaN })).toThrow(RangeError);
    expect(() => new ThreadBudgets({ budgets, thread: 2 })).toThrow(
      'there is no thread 2 in budgets for 2 threads',
    );
  });
});

/** A component whose `wait` waits for the gate. */
async function createPool(engine: Engine, budgets: ThreadBudgets) {
  const guest = await buildCallsGuest();
  const gate = Promise.withResolvers<void>();
  const component = 'calls';
  const interfaces = [gateInterface({ pass: () => gate.promise })];
  const linkage = linkImports(decodeComponent(guest), { component, interfaces });
  const compiled = await engine.compile(guest, { component, suspends: linkage.suspends });
  const pool = new InstancePool({ component, compiled, linkage, maxInstances: 100, budgets });
  const call = (func: string, ...params: readonly unknown[]): Promise<unknown> =>
    pool.run(testContext(), (instance) => instance.call(callsInterface, func, params));
  return { call, gate, compiled };
}

describe('the memories of instances', () => {
  it.each<[string, (budgets: ThreadBudgets) => Engine]>([
    ['direct', (budgets) => createDirectEngine({ budgets })],
    ['jco', (budgets) => createJcoEngine({ budgets })],
  ])('count while instances run on engine %s, and are gone after them', async (_name, createEngine) => {
    const { first, use } = setUp({ 'linear-memories': 4 });
    const { call, gate } = await createPool(createEngine(first), first);
    const running = [1, 2, 3, 4].map((id) => call('wait', id));
    await expect(call('count')).rejects.toMatchObject({ budget: 'linear-memories', component: 'calls' });
    expect(use()['linear-memories']).toEqual({ used: 4, ceiling: 4, refused: 1 });
    gate.resolve();
    await Promise.all(running);
    await expect.poll(() => call('count').catch(() => 'refused')).toBe(1);
    expect(use()['suspended-stacks'].used).toBe(0);
  });

  it('make room for those of other components when they are only kept', async () => {
    const dropped: number[] = [];
    const { first, use } = setUp({ 'linear-memories': 8 }, { onDropped: (count) => dropped.push(count) });
    const engine = createDirectEngine({ budgets: first });
    const [kept, wanted] = [await createPool(engine, first), await createPool(engine, first)];
    await Promise.all([1, 2, 3, 4, 5].map(() => kept.call('count')));
    expect(use()['linear-memories'].used).toBe(5);
    const waiting = [wanted.call('wait', 1)];
    await expect.poll(() => use()['linear-memories'].used).toBe(1);
    expect(dropped).toEqual([5]);
    for (let id = 2; id <= 8; id++) waiting.push(wanted.call('wait', id));
    wanted.gate.resolve();
    expect(await Promise.all(waiting)).toHaveLength(8);
    expect(use()['linear-memories'].refused).toBe(0);
    kept.compiled.dispose?.();
  });
});
