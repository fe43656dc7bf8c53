import { describe, expect, it } from 'vitest';
import { makeMutant } from './make-mutant.js';
import { join, listsOf, split } from './sections.js';
import { readSeeds } from './seeds.js';
import { badKinds, MutantTrial } from './try-mutant.js';

const seeds = await readSeeds(undefined);

/** Enough to meet each kind of change several times. */
const mutants = 200;

describe('the seeds', () => {
  it('are valid components that the engine prepares, or refuses for a feature', async () => {
    await using trial = new MutantTrial();
    for (const seed of seeds) {
      expect((await trial.try(seed)).kind).toMatch(/^(prepared|unsupported)$/);
    }
  });

  it('come together again from their sections', () => {
    for (const seed of seeds) expect(Buffer.from(join(split(seed)))).toEqual(Buffer.from(seed));
    expect(Math.max(...seeds.map((seed) => listsOf(split(seed)).length))).toBeGreaterThan(3);
  });
});

describe('a mutant', () => {
  it('is the same one each time', () => {
    expect(makeMutant(seeds, 7)).toEqual(makeMutant(seeds, 7));
    expect(makeMutant(seeds, 7)).not.toEqual(makeMutant(seeds, 8));
  });

  it('is refused if it is invalid, by its name, and else prepared', async () => {
    await using trial = new MutantTrial();
    const kinds = new Map<string, number>();
    for (let number = 0; number < mutants; number++) {
      const { kind, detail } = await trial.try(makeMutant(seeds, number));
      expect(badKinds, `mutant ${number}: ${detail}`).not.toContain(kind);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    expect(kinds.get('invalid')).toBeGreaterThan(mutants / 2);
    expect(kinds.get('prepared')).toBeGreaterThan(0);
  });
});
