/** How long to wait before a provider that crashed is started again. */
export interface BackoffOptions {
  /** Wait after the first crash. Default 250 ms: a single crash should hardly be felt. */
  readonly baseMs?: number | undefined;
  /** Longest wait. Default 30 s: a provider whose backend came back should not need a person. */
  readonly maxMs?: number | undefined;
  /** A run at least this long makes the next crash count as the first. Default 30 s. */
  readonly stableAfterMs?: number | undefined;
}

const defaultBaseMs = 250;
const defaultMaxMs = 30_000;
export const defaultStableAfterMs = 30_000;

/**
 * The wait after the `crashes`th crash in a row (1 for the first): doubles each time up to the maximum, then a random
 * quarter is taken off so that providers that lost the same backend don't return as one.
 */
export function backoffMs(crashes: number, options: BackoffOptions, random: () => number): number {
  const { baseMs = defaultBaseMs, maxMs = defaultMaxMs } = options;
  const doubled = Math.min(maxMs, baseMs * 2 ** (crashes - 1));
  return Math.round(doubled * (1 - random() / 4));
}
