/**
 * The wait after the `attempt`th attempt (1 for the first) at one message: that of the list, or its last one.
 *
 * @param delaysMs at least one
 */
export function backOffMs(delaysMs: readonly number[], attempt: number): number {
  return delaysMs[Math.min(attempt, delaysMs.length) - 1] ?? 0;
}

/** One second, then twice as long each time, up to a minute: a backend that is restarted costs a few attempts, not all. */
export const defaultBackOffMs: readonly number[] = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000];
