/** A process that tries mutants, and tells its parent before and after each: when it dies, the parent knows of which. */
import { makeMutant } from './make-mutant.js';
import type { FromMutantProcess } from './messages.js';
import { readSeeds } from './seeds.js';
import { MutantTrial } from './try-mutant.js';

const [first = '0', count = '0', guests] = process.argv.slice(2);
const tell = (message: FromMutantProcess): void => void process.send?.(message);

const seeds = await readSeeds(guests === '' ? undefined : guests);
await using trial = new MutantTrial();
for (let number = Number(first); number < Number(first) + Number(count); number++) {
  tell({ kind: 'begins', number });
  tell({ kind: 'ended', number, result: await trial.try(makeMutant(seeds, number)) });
}
process.disconnect?.();
