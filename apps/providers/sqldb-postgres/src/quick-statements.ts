import { willLeaveNothing } from './session-effects.js';

/** Longer than that is not quick, in ms. */
const quickMs = 10;
/** So many times in a row a statement has to be quick before it counts as such. */
const quickRuns = 5;
/** Most statements that are remembered, and how long their text may be. */
const [mostStatements, longestText] = [1_000, 4_096];

/** Which statements were quick whenever they ran of late: others may wait behind them. */
export class QuickStatements {
  /** How often each was quick in a row; the one that ran the longest ago first. */
  readonly #runs = new Map<string, number>();

  has(text: string): boolean {
    return (this.#runs.get(text) ?? 0) >= quickRuns;
  }

  /** @param ms how long the server took */
  record(text: string, ms: number): void {
    if (text.length > longestText) return;
    const before = this.#runs.get(text);
    if (before === undefined && !willLeaveNothing(text)) return;
    this.#runs.delete(text);
    this.#runs.set(text, ms <= quickMs ? (before ?? 0) + 1 : 0);
    const [oldest] = this.#runs.keys();
    if (this.#runs.size > mostStatements && oldest !== undefined) this.#runs.delete(oldest);
  }
}
