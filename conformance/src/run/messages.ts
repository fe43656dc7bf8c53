import type { Outcome } from './outcome.js';

/** What the process that runs a script says to the one that watches it. */
export type ScriptMessage =
  | { readonly kind: 'read'; readonly lines: readonly number[] }
  | { readonly kind: 'begins'; readonly index: number }
  | { readonly kind: 'ends'; readonly index: number; readonly outcome: Outcome }
  /** The script itself can't be read. */
  | { readonly kind: 'unreadable'; readonly reason: string };

/** What that process is given, as JSON in its only argument. */
export interface ScriptTask {
  readonly file: string;
  readonly engine: 'direct' | 'jco';
  readonly patienceMs: number;
  /** Directives that are not run again, since they ended the process or held it, by their index. */
  readonly settled: readonly (readonly [index: number, outcome: Outcome])[];
}
