import type { HostInventory } from '@wasmlattice/control-interface';
import type { Scaler, Spread } from '../manifest/manifest.js';
import { DeployError } from './deploy-error.js';
import { isEligible, spreadSizes } from './spreads.js';

/** How many instances run on a host, and by which spread they came there. */
export interface Placement {
  readonly host: HostInventory;
  readonly spread: string;
  readonly instances: number;
}

/**
 * Chooses hosts for a component as wadm does: each spread takes its share of the instances to one matching host, a
 * daemon scaler its number to every matching host. Hosts that `runsHere` come first, so that deploying again does
 * not move anything; then the smallest host id, so that the choice does not depend on the order of answers.
 *
 * @throws {@link DeployError} when no host has the labels of a spread
 */
export function placeComponent(
  name: string,
  scaler: Scaler,
  hosts: readonly HostInventory[],
  runsHere: (host: HostInventory) => boolean,
): readonly Placement[] {
  const shares = scaler.kind === 'daemon' ? undefined : spreadSizes(scaler);
  const placements = new Map<string, Placement>();
  for (const spread of scaler.spreads) {
    const instances = shares?.get(spread) ?? scaler.instances;
    const eligible = eligibleHosts(name, spread, hosts, runsHere);
    for (const host of scaler.kind === 'daemon' ? eligible : eligible.slice(0, 1)) {
      // A host has one entry for a component, whichever spreads it serves.
      const before = placements.get(host.hostId);
      const total = scaler.kind === 'daemon' ? instances : instances + (before?.instances ?? 0);
      placements.set(host.hostId, { host, spread: before?.spread ?? spread.name, instances: total });
    }
  }
  return [...placements.values()];
}

/** Chooses hosts for a provider: it runs at most once on a host, so its instances are a number of hosts. */
export function placeProvider(
  name: string,
  scaler: Scaler,
  hosts: readonly HostInventory[],
  runsHere: (host: HostInventory) => boolean,
): readonly Placement[] {
  const shares = scaler.kind === 'daemon' ? undefined : spreadSizes(scaler);
  const placements = new Map<string, Placement>();
  for (const spread of scaler.spreads) {
    const wanted = shares?.get(spread) ?? (scaler.instances === 0 ? 0 : hosts.length);
    const eligible = eligibleHosts(name, spread, hosts, runsHere);
    for (const host of eligible.filter(({ hostId }) => !placements.has(hostId)).slice(0, wanted)) {
      placements.set(host.hostId, { host, spread: spread.name, instances: 1 });
    }
  }
  return [...placements.values()];
}

function eligibleHosts(
  name: string,
  spread: Spread,
  hosts: readonly HostInventory[],
  runsHere: (host: HostInventory) => boolean,
): HostInventory[] {
  const eligible = hosts.filter((host) => isEligible(host, spread));
  if (eligible.length === 0) {
    const wanted = Object.entries(spread.requirements)
      .map(([key, value]) => `${key}=${value}`)
      .join(', ');
    throw new DeployError(
      `no host of the lattice has the labels that spread \`${spread.name}\` of \`${name}\` requires: ${wanted}`,
      'compare the requirements in the manifest with the labels in `wasmlattice get hosts`',
    );
  }
  const rank = (host: HostInventory): number => (runsHere(host) ? 0 : 1);
  return eligible.sort((a, b) => rank(a) - rank(b) || (a.hostId < b.hostId ? -1 : 1));
}
