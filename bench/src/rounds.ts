import type { Measured } from './measurement.js';

/**
 * Takes value and baseline in turn, so that both see the same machine, and returns the round whose ratio is the median.
 * `rounds` should be odd.
 */
export async function medianOfRounds(
  rounds: number,
  value: () => Promise<number>,
  baseline: () => Promise<number>,
): Promise<Measured> {
  const taken: Measured[] = [];
  for (let round = 0; round < rounds; round++) {
    taken.push({ baseline: await baseline(), value: await value() });
  }
  taken.sort((a, b) => a.value / a.baseline - b.value / b.baseline);
  const median = taken[Math.floor(taken.length / 2)];
  if (median === undefined) throw new RangeError('a measurement needs at least one round');
  return median;
}
