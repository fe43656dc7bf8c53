import { afterEach, describe, expect, it } from 'vitest';
import { createProcessBudgets, readProcessBudgets } from './process-budgets.js';
import { countMappedAreas, type ProcessSampler, startProcessSampler } from './process-sampler.js';
import { ThreadBudgets } from './thread-budgets.js';

const mib = 1_024 ** 2;
const samplers: ProcessSampler[] = [];

afterEach(() => {
  for (const sampler of samplers.splice(0)) sampler.close();
});

/** A process that has what the test says. */
function setUp() {
  const found: { residentMemory: number | undefined; mappedAreas: number } = {
    residentMemory: 10 * mib,
    mappedAreas: 100,
  };
  const unreadable: unknown[] = [];
  const counts = { ofMappedAreas: 0 };
  const budgets = createProcessBudgets({
    threads: 1,
    mappedAreas: 100,
    ceilings: {
      'suspended-stacks': 1_000,
      'linear-memories': 1_000,
      'mapped-areas': 1_000,
      'resident-memory': 100 * mib,
    },
  });
  const sampler = startProcessSampler({
    budgets,
    intervalMs: 2 ** 30,
    residentMemory() {
      if (found.residentMemory !== undefined) return found.residentMemory;
      throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
    },
    onUnreadable: (error) => unreadable.push(error),
    async mappedAreas() {
      counts.ofMappedAreas++;
      return found.mappedAreas;
    },
  });
  samplers.push(sampler);
  const thread = new ThreadBudgets({ budgets, thread: 0 }, { collect: async () => {} });
  return { found, counts, sampler, thread, unreadable, use: () => readProcessBudgets(budgets) };
}

describe('the sampler of a process', () => {
  it('refuses invocations while resident memory is at its ceiling, until it is well below', async () => {
    const { found, sampler, thread, use } = setUp();
    const at = async (figure: number): Promise<boolean> => {
      found.residentMemory = figure * mib;
      await sampler.sample();
      expect(use()['resident-memory']).toMatchObject({ used: figure * mib, ceiling: 100 * mib });
      try {
        thread.enter('a');
        return true;
      } catch (error) {
        expect(error).toMatchObject({
          budget: 'resident-memory',
          message: expect.stringContaining(
            `has ${figure} MiB in memory, of at most 100 MiB: raise its memory limit`,
          ),
        });
        return false;
      }
    };
    const accepted: boolean[] = [];
    for (const figure of [50, 99, 100, 97, 95, 94, 99, 120]) accepted.push(await at(figure));
    expect(accepted).toEqual([true, true, false, false, false, true, true, false]);
    expect(use()['resident-memory'].refused).toBe(4);
  });

  it('goes on with what there was while the system can not be asked, and tells of it', async () => {
    const { found, sampler, thread, use, unreadable } = setUp();
    found.residentMemory = 100 * mib;
    await sampler.sample();
    found.residentMemory = undefined;
    await sampler.sample();
    expect(unreadable).toEqual([expect.objectContaining({ code: 'EMFILE' })]);
    expect(use()['resident-memory'].used).toBe(100 * mib);
    expect(() => thread.enter('a')).toThrow(expect.objectContaining({ budget: 'resident-memory' }));
    found.residentMemory = 50 * mib;
    await sampler.sample();
    expect(use()['resident-memory'].used).toBe(50 * mib);
  });

  it('has what is kept dropped before that, again and again while it lasts', async () => {
    const { found, sampler, thread } = setUp();
    let asked = 0;
    let onAsked = Promise.withResolvers<void>();
    thread.onPressure(() => {
      asked++;
      onAsked.resolve();
      return 0;
    });
    found.residentMemory = 89 * mib;
    await sampler.sample();
    expect(thread.isPressed).toBe(false);
    for (const figure of [90, 86]) {
      found.residentMemory = figure * mib;
      await sampler.sample();
      expect(thread.isPressed).toBe(true);
      await onAsked.promise;
      onAsked = Promise.withResolvers<void>();
    }
    found.residentMemory = 84 * mib;
    await sampler.sample();
    expect(thread.isPressed).toBe(false);
    expect(asked).toBeGreaterThanOrEqual(2);
  });

  it('counts mapped areas only when memories take many, and then seldom', async () => {
    const { counts, sampler, thread } = setUp();
    for (let sample = 0; sample < 20; sample++) await sampler.sample();
    expect(counts.ofMappedAreas).toBe(0);
    const kept = {};
    thread.hold('a', 250, kept);
    for (let sample = 0; sample < 20; sample++) await sampler.sample();
    expect(counts.ofMappedAreas).toBe(2);
    expect(kept).toEqual({});
  });

  it('goes by the mapped areas that there are if they are more than it knows of', async () => {
    const { found, sampler, thread, use } = setUp();
    const kept = {};
    thread.hold('a', 250, kept);
    found.mappedAreas = 900;
    const sampleAll = async (): Promise<number> => {
      for (let sample = 0; sample < 10; sample++) await sampler.sample();
      return use()['mapped-areas'].used;
    };
    expect(await sampleAll()).toBe(900);
    expect(() => thread.hold('a', 51, {})).toThrow(expect.objectContaining({ budget: 'mapped-areas' }));
    found.mappedAreas = 700;
    expect(await sampleAll()).toBe(700);
    // What is known of is there, or will be again.
    found.mappedAreas = 400;
    expect(await sampleAll()).toBe(600);
    expect(kept).toEqual({});
  });

  it('finds the mapped areas of this process where the system tells', async () => {
    const areas = await countMappedAreas();
    if (process.platform === 'linux') expect(areas).toBeGreaterThan(50);
    else expect(areas).toBeUndefined();
  });
});
