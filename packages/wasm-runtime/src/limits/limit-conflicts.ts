import { type LimitName, type Limits, limitNames, limitTable } from './limit-table.js';

/** A value that can never be reached, since another one is reached before. */
export interface LimitConflict {
  readonly limit: LimitName;
  readonly value: number;
  /** What is in its way: another limit, or the memory that the process may have. */
  readonly bound: LimitName | 'resident-memory';
  readonly boundValue: number;
  /** What to do, as the end of a sentence. */
  readonly advice: string;
}

/** The first of each pair is a part of what the second limits. */
const parts: readonly (readonly [part: LimitName, whole: LimitName])[] = [
  ['random-bytes', 'memory'],
  ['header-lines', 'header-bytes'],
];

/**
 * What can't hold together.
 *
 * @param chosen values that somebody asked for; defaults are lowered by whatever is in their way
 * @param residentMemory bytes that the process may have of the machine or its control group
 */
export function limitConflicts(
  chosen: Partial<Limits>,
  residentMemory: number = Number.POSITIVE_INFINITY,
): LimitConflict[] {
  const conflicts: LimitConflict[] = [];
  for (const [limit, bound] of parts) {
    const [value, boundValue] = [chosen[limit], chosen[bound]];
    if (value === undefined || boundValue === undefined || value <= boundValue) continue;
    conflicts.push({ limit, value, bound, boundValue, advice: 'lower the first or raise the second' });
  }
  for (const limit of limitNames) {
    const value = chosen[limit];
    if (limitTable[limit].unit !== 'bytes' || value === undefined || value <= residentMemory) continue;
    const advice = 'lower it, or give the host more memory';
    conflicts.push({ limit, value, bound: 'resident-memory', boundValue: residentMemory, advice });
  }
  return conflicts;
}
