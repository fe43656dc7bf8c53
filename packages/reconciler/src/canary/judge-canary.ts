import type { Canary } from '@wasmlattice/applications';
import type { CanaryCount } from '@wasmlattice/diagnostics';

/** What came of the calls of both versions since the canary began. */
export interface CanaryReading {
  readonly stable: CanaryCount;
  readonly canary: CanaryCount;
  /** Names of hosts that tell no figures. */
  readonly silent: readonly string[];
}

export type CanaryVerdict =
  | { readonly kind: 'promote' | 'rollback'; readonly reason: string }
  /** `until` says, for people, what is waited for. */
  | { readonly kind: 'wait'; readonly until: string };

/** Fewer say nothing of a rate of errors. */
export const leastCanaryCalls = 20;

/** Decides over a canary. Pure; time is that which it was watched, so that no clock is compared with another. */
export function judgeCanary(
  { forMs, maxErrorRate, watchedMs }: Pick<Canary, 'forMs' | 'maxErrorRate' | 'watchedMs'>,
  { canary, silent, stable }: CanaryReading,
): CanaryVerdict {
  const rates = describeRates(stable, canary);
  const margin = percent(maxErrorRate);
  if (canary.invocations >= leastCanaryCalls && rateOf(canary) > rateOf(stable) + maxErrorRate) {
    return { kind: 'rollback', reason: `${rates}, which is more than ${margin} above the old version` };
  }
  if (silent.length > 0) {
    return {
      kind: 'wait',
      until: `somebody promotes it or rolls it back, as no figures come from ${silent.join(', ')}`,
    };
  }
  const leftMs = forMs - watchedMs;
  if (canary.invocations < leastCanaryCalls) {
    return { kind: 'wait', until: `it had ${leastCanaryCalls} calls, and ${seconds(leftMs)} have passed` };
  }
  if (leftMs > 0) {
    return { kind: 'wait', until: `${seconds(leftMs)} have passed with no more than ${margin} more errors` };
  }
  return { kind: 'promote', reason: rates };
}

/** `1.9% of its 52 calls failed, of the old version 0.1% of 460` */
export function describeRates(stable: CanaryCount, canary: CanaryCount): string {
  return `${percent(rateOf(canary))} of its ${canary.invocations} calls failed, of the old version ${percent(rateOf(stable))} of ${stable.invocations}`;
}

function rateOf({ errors, invocations }: CanaryCount): number {
  return invocations === 0 ? 0 : errors / invocations;
}

function percent(rate: number): string {
  return `${Number((rate * 100).toFixed(1))}%`;
}

function seconds(ms: number): string {
  return `${Math.max(0, Math.ceil(ms / 1_000))} s`;
}
