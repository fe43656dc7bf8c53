import { isEligible, type Scaler, type Spread, spreadSizes } from '@wasmlattice/applications';
import type { ObservedHost } from '../observation/observed-host.js';
import { preferenceOf } from './preference.js';

/** A host where a provider belongs, and by which spread. */
export interface ProviderTarget {
  readonly host: ObservedHost;
  readonly spread: string;
}

export interface ProviderPlacement {
  readonly targets: readonly ProviderTarget[];
  /** Spreads with fewer hosts than they need. */
  readonly unsatisfied: readonly {
    readonly spread: Spread;
    readonly placed: number;
    readonly wanted: number;
  }[];
}

export interface PlaceProviderOptions {
  readonly providerId: string;
  readonly scaler: Scaler;
  readonly hosts: readonly ObservedHost[];
  /** The spread by which it runs on a host; empty if another one, `undefined` if it does not run there. */
  readonly spreadOn: (hostId: string) => string | undefined;
  readonly isAvoided: (hostId: string) => boolean;
}

/** Says where a provider belongs. It runs at most once on a host; where it runs already it stays. */
export function placeProvider(options: PlaceProviderOptions): ProviderPlacement {
  const { hosts, isAvoided, providerId, scaler, spreadOn } = options;
  const sizes = scaler.kind === 'daemon' ? undefined : spreadSizes(scaler);
  const targets = new Map<string, ProviderTarget>();
  const unsatisfied: { spread: Spread; placed: number; wanted: number }[] = [];
  const choices = scaler.spreads
    .map((spread) => ({ spread, eligible: hosts.filter(({ inventory }) => isEligible(inventory, spread)) }))
    .sort((a, b) => a.eligible.length - b.eligible.length);
  for (const { eligible, spread } of choices) {
    const all = scaler.instances === 0 ? 0 : Math.max(1, eligible.length);
    const wanted = sizes?.get(spread) ?? all;
    const rank = ({ inventory: { hostId } }: ObservedHost): number => {
      const running = spreadOn(hostId);
      if (running === undefined) return isAvoided(hostId) ? 3 : 2;
      return running === spread.name ? 0 : 1;
    };
    const chosen = eligible
      .filter(({ inventory: { hostId } }) => !targets.has(hostId))
      .sort(
        (a, b) =>
          rank(a) - rank(b) ||
          Number(b.isSettled) - Number(a.isSettled) ||
          preferenceOf(providerId, b.inventory.hostId) - preferenceOf(providerId, a.inventory.hostId) ||
          (a.inventory.hostId < b.inventory.hostId ? -1 : 1),
      )
      .slice(0, wanted);
    for (const host of chosen) targets.set(host.inventory.hostId, { host, spread: spread.name });
    // What the hosts of a daemon serve for another spread is enough.
    const placed =
      sizes === undefined
        ? eligible.filter(({ inventory }) => targets.has(inventory.hostId)).length
        : chosen.length;
    if (placed < wanted) unsatisfied.push({ spread, placed, wanted });
  }
  return { targets: [...targets.values()], unsatisfied };
}
