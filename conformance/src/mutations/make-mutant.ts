import { Random } from '../differential/random.js';
import { mutate } from './mutate.js';

/** The mutant of this number: the same one for the same seeds, on every machine. */
export function makeMutant(seeds: readonly Uint8Array[], number: number): Uint8Array {
  const random = new Random(number);
  const pick = (): Uint8Array => seeds[random.below(seeds.length)] ?? new Uint8Array();
  return mutate(pick(), pick(), random);
}
