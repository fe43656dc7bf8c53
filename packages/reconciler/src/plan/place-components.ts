import { isEligible, type Scaler, type Spread, spreadSizes } from '@wasmlattice/applications';
import type { ObservedHost } from '../observation/observed-host.js';
import { distribute } from './distribute.js';
import { preferenceOf } from './preference.js';

/** How many instances belong on a host, and by which spread. */
export interface ComponentTarget {
  readonly host: ObservedHost;
  readonly spread: string;
  readonly instances: number;
}

export interface ComponentPlacement {
  readonly targets: readonly ComponentTarget[];
  /** Spreads for which there is no host. */
  readonly unsatisfied: readonly Spread[];
}

export interface PlaceComponentOptions {
  readonly componentId: string;
  readonly scaler: Scaler;
  /** Hosts that may run it: those where another application has the same id are none. */
  readonly hosts: readonly ObservedHost[];
  /** Instances that run on a host. */
  readonly countOn: (hostId: string) => number;
  /** Whether it failed there lately. */
  readonly isAvoided: (hostId: string) => boolean;
}

/**
 * Says where instances belong. Sizes of spreads are those of wadm; inside a spread they are divided among all hosts that have its labels,
 * see {@link distribute}. A daemon scaler has its number on each host.
 */
export function placeComponent(options: PlaceComponentOptions): ComponentPlacement {
  const { scaler } = options;
  return scaler.kind === 'daemon' ? placeOnEach(options) : placeByShare(options);
}

function placeOnEach({ hosts, scaler }: PlaceComponentOptions): ComponentPlacement {
  const targets = new Map<string, ComponentTarget>();
  for (const spread of scaler.spreads) {
    for (const host of hosts.filter(({ inventory }) => isEligible(inventory, spread))) {
      const { hostId } = host.inventory;
      // A host has one number for a component, whichever spreads it serves.
      if (!targets.has(hostId)) {
        targets.set(hostId, { host, spread: spread.name, instances: scaler.instances });
      }
    }
  }
  const unsatisfied = scaler.spreads.filter(
    (spread) => !hosts.some(({ inventory }) => isEligible(inventory, spread)),
  );
  return { targets: [...targets.values()], unsatisfied: scaler.instances === 0 ? [] : unsatisfied };
}

function placeByShare(options: PlaceComponentOptions): ComponentPlacement {
  const { componentId, countOn, hosts, isAvoided, scaler } = options;
  const sizes = spreadSizes(scaler);
  const { groups, unsatisfied } = groupHosts(scaler.spreads, sizes, hosts);
  const targets = groups.flatMap((group) => {
    const counts = distribute(
      group.size,
      group.hosts.map(({ inventory: { hostId }, isSettled }) => ({
        hostId,
        count: countOn(hostId),
        isSettled,
        isAvoided: isAvoided(hostId),
        preference: preferenceOf(componentId, hostId),
      })),
    );
    return group.hosts.map((host) => ({
      host,
      spread: group.spread,
      instances: counts.get(host.inventory.hostId) ?? 0,
    }));
  });
  return { targets, unsatisfied };
}

/** Hosts that share the instances of a spread. */
interface Group {
  readonly spread: string;
  size: number;
  hosts: ObservedHost[];
}

/**
 * Gives each host to one of the spreads that it has the labels of, as a host has one number for a component: always to the one that has
 * the fewest hosts for its size. A spread that gets none, as there are fewer hosts than spreads, adds its size to one that has a host of
 * its own. Which host serves which spread depends on the hosts alone, not on what runs there, so that it is the same the next time.
 */
function groupHosts(
  spreads: readonly Spread[],
  sizes: ReadonlyMap<Spread, number>,
  hosts: readonly ObservedHost[],
): { groups: readonly Group[]; unsatisfied: readonly Spread[] } {
  const wanted = spreads.filter((spread) => (sizes.get(spread) ?? 0) > 0);
  const groups = new Map(
    wanted.map((spread): [Spread, Group] => [
      spread,
      { spread: spread.name, size: sizes.get(spread) ?? 0, hosts: [] },
    ]),
  );
  const choices = hosts
    .map((host) => ({ host, eligible: wanted.filter((spread) => isEligible(host.inventory, spread)) }))
    .sort(
      (a, b) =>
        a.eligible.length - b.eligible.length || (a.host.inventory.hostId < b.host.inventory.hostId ? -1 : 1),
    );
  for (const { eligible, host } of choices) {
    const [first, ...others] = eligible.map((spread) => groups.get(spread) as Group);
    if (first === undefined) continue;
    const share = ({ hosts: given, size }: Group): number => given.length / size;
    others.reduce((least, each) => (share(each) < share(least) ? each : least), first).hosts.push(host);
  }
  const unsatisfied: Spread[] = [];
  for (const [spread, group] of groups) {
    if (group.hosts.length > 0) continue;
    groups.delete(spread);
    const other = [...groups.values()].find(({ hosts: given }) =>
      given.some(({ inventory }) => isEligible(inventory, spread)),
    );
    if (other === undefined) {
      unsatisfied.push(spread);
      continue;
    }
    other.size += group.size;
    other.hosts = other.hosts.filter(({ inventory }) => isEligible(inventory, spread));
  }
  // Where nothing is wanted, everything that runs there goes.
  return { groups: [...groups.values()], unsatisfied };
}
