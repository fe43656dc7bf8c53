import { dirname } from 'node:path';
import type { Fault, PassedBy } from '../run/outcome.js';
import type { ScriptResult } from '../run/run-script.js';

/** Directives by what became of them. */
export interface Counts {
  readonly total: number;
  readonly passed: number;
  /** Of those that passed. */
  readonly passedBy: Readonly<Record<PassedBy, number>>;
  readonly unsupported: ReadonlyMap<string, number>;
  readonly failed: ReadonlyMap<Fault, number>;
}

/** Scripts that could not be read count as one directive that was not understood. */
export function countDirectives(results: readonly ScriptResult[]): Counts {
  const passedBy = { engine: 0, 'text parser': 0 };
  const unsupported = new Map<string, number>();
  const failed = new Map<Fault, number>();
  let total = 0;
  for (const { directives, unreadable } of results) {
    total += directives.length;
    if (unreadable !== undefined) {
      total++;
      increment(failed, 'not understood');
    }
    for (const { outcome } of directives) {
      if (outcome.verdict === 'passed') passedBy[outcome.by]++;
      else if (outcome.verdict === 'unsupported') increment(unsupported, outcome.feature);
      else increment(failed, outcome.fault);
    }
  }
  return { total, passed: passedBy.engine + passedBy['text parser'], passedBy, unsupported, failed };
}

/** Results by the folder of their script, in the order of the folders' names. */
export function byFolder(results: readonly ScriptResult[]): ReadonlyMap<string, readonly ScriptResult[]> {
  const folders = Map.groupBy(results, ({ file }) => dirname(file));
  return new Map([...folders].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function sum(counts: ReadonlyMap<unknown, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}

function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
