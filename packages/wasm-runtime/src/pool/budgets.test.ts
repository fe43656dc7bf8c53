import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import type { BudgetsThreadData, BudgetsThreadReport, ToBudgetsThread } from '../testing/budgets-thread.js';
import { buildCallsGuest } from '../testing/calls-guest.js';
import { createComponentCells, readComponentUse, reclaimThread } from './component-cells.js';
import type { ProcessBudgetName } from './overloaded-error.js';
import { createProcessBudgets, readProcessBudgets, reclaimThreadBudgets } from './process-budgets.js';
import type { ProcessCeilings } from './process-ceilings.js';

const plenty: ProcessCeilings = {
  'suspended-stacks': 1_000,
  'linear-memories': 1_000,
  'mapped-areas': 10_000,
  'resident-memory': 2 ** 40,
};

const threads: Worker[] = [];

afterEach(async () => {
  await Promise.all(threads.splice(0).map((thread) => thread.terminate()));
});

async function ask<Kind extends BudgetsThreadReport['kind']>(
  thread: Worker,
  kind: Kind,
  message?: ToBudgetsThread,
): Promise<BudgetsThreadReport & { readonly kind: Kind }> {
  const answer = once(thread, 'message');
  if (message !== undefined) thread.postMessage(message);
  const [report] = (await answer) as [BudgetsThreadReport];
  expect(report.kind).toBe(kind);
  return report as BudgetsThreadReport & { readonly kind: Kind };
}

/** Two threads that run three components each, of which 16 instances may run at once. */
async function setUp(ceilings: Partial<ProcessCeilings>) {
  const budgets = createProcessBudgets({ threads: 2, ceilings: { ...plenty, ...ceilings }, mappedAreas: 0 });
  const components = [1, 2, 3].map(() => createComponentCells({ limit: 16, threads: 2 }));
  const guest = await buildCallsGuest();
  const started = await Promise.all(
    [0, 1].map(async (number) => {
      const data: BudgetsThreadData = { guest, budgets, thread: number, components };
      const thread = new Worker(new URL('../testing/budgets-thread.ts', import.meta.url), {
        workerData: data,
      });
      threads.push(thread);
      await ask(thread, 'ready');
      return thread;
    }),
  );
  return { budgets, components, started };
}

const flood: ToBudgetsThread = { kind: 'flood', calls: 8 };

describe('a flood of calls that wait, each component below its own limit', () => {
  it.each<[ProcessBudgetName, number, number, number]>([
    ['suspended-stacks', 20, 20, 20],
    ['linear-memories', 12, 12, 12],
    // A stack and a memory for each call; each thread may be left with a stack for which it found no memory.
    ['mapped-areas', 40, 9, 10],
  ])('is refused beyond the budget of %s, and all goes on after it', async (budget, ceiling, least, most) => {
    const { budgets, components, started } = await setUp({ [budget]: ceiling });
    for (let round = 0; round < 2; round++) {
      const floods = await Promise.all(started.map((thread) => ask(thread, 'flood', flood)));
      const refused = floods.flatMap((each) => each.refused);
      expect(new Set(refused)).toEqual(new Set([budget]));
      const accepted = floods.reduce((sum, { waiting }) => sum + waiting, 0);
      expect(refused).toHaveLength(48 - accepted);
      expect(accepted).toBeLessThanOrEqual(most);
      const use = readProcessBudgets(budgets)[budget];
      expect(use.used).toBeLessThanOrEqual(ceiling);
      if (round === 0) {
        expect(accepted).toBeGreaterThanOrEqual(least);
        expect(use).toMatchObject({ ceiling, refused: refused.length });
      }
      for (const { failures } of await Promise.all(
        started.map((thread) => ask(thread, 'open', { kind: 'open' })),
      )) {
        expect(failures).toEqual([]);
      }
      // Memories are there until V8 has collected them.
      for (const thread of started) {
        await expect
          .poll(async () => (await ask(thread, 'count', { kind: 'count' })).results)
          .toEqual([1, 1, 1]);
      }
      expect(readProcessBudgets(budgets)['suspended-stacks'].used).toBe(0);
      expect(components.map((each) => readComponentUse(each).taken)).toEqual([0, 0, 0]);
    }
  });

  it('leaves room for others when its thread is ended', async () => {
    const { budgets, components, started } = await setUp({ 'suspended-stacks': 20 });
    const [first, second] = started as [Worker, Worker];
    expect((await ask(first, 'flood', flood)).waiting).toBe(20);
    expect((await ask(second, 'count', { kind: 'count' })).results).toEqual(
      [0, 1, 2].map(
        (index) =>
          `OverloadedError: component "component-${index}" is not invoked now: 20 guests run or wait in this process, of at most 20: lower max_instances of components that wait for long, or start another host`,
      ),
    );
    await first.terminate();
    reclaimThreadBudgets({ budgets, thread: 0 });
    reclaimThreadBudgets({ budgets, thread: 0 });
    for (const cells of components) reclaimThread({ cells, thread: 0 });
    expect((await ask(second, 'flood', { kind: 'flood', calls: 6 })).waiting).toBe(18);
  });
});
