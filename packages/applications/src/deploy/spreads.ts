import type { HostInventory } from '@wasmlattice/control-interface';
import type { Scaler, Spread } from '../manifest/manifest.js';

/** Whether a host has the labels that a spread requires. */
export function isEligible(
  { labels }: Pick<HostInventory, 'labels'>,
  { requirements }: Pick<Spread, 'requirements'>,
): boolean {
  return Object.entries(requirements).every(([key, value]) => labels[key] === value);
}

/**
 * Divides the instances of a spread scaler by weight, as wadm does (docs/spec/wadm.md#4.1): what rounding leaves over goes one by one to
 * the spreads in order of weight.
 */
export function spreadSizes({ instances, spreads }: Scaler): ReadonlyMap<Spread, number> {
  const total = spreads.reduce((sum, { weight }) => sum + weight, 0);
  const byWeight = [...spreads].sort((a, b) => b.weight - a.weight);
  const sizes = new Map(
    byWeight.map((spread) => [spread, total === 0 ? 0 : Math.floor((instances * spread.weight) / total)]),
  );
  let left = instances - [...sizes.values()].reduce((sum, size) => sum + size, 0);
  for (const spread of byWeight) {
    if (left <= 0) break;
    sizes.set(spread, (sizes.get(spread) ?? 0) + 1);
    left--;
  }
  return sizes;
}
