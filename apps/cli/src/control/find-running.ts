import type { StepHost } from '@wasmlattice/applications';
import type {
  ComponentDescription,
  HostInventory,
  ProviderDescription,
} from '@wasmlattice/control-interface';
import { CliError } from '../cli-error.js';
import type { LatticeCommand } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { allHosts, findHost } from '../find-host.js';

type Kind = 'component' | 'provider';

/** A component or provider, and where it runs. */
export interface Running<T> {
  readonly host: StepHost;
  readonly description: T;
}

/**
 * The host that runs a component: the named one, or the only one.
 *
 * @throws CliError when it runs nowhere, not there, or on several hosts and none is named
 */
export function findComponent(
  lattice: LatticeCommand,
  id: string,
  host: string | undefined,
): Promise<Running<ComponentDescription>> {
  return findRunning(lattice, 'component', id, host, ({ components }) => components);
}

/** As {@link findComponent}, for a provider. */
export function findProvider(
  lattice: LatticeCommand,
  id: string,
  host: string | undefined,
): Promise<Running<ProviderDescription>> {
  return findRunning(lattice, 'provider', id, host, ({ providers }) => providers);
}

/**
 * Everywhere a component runs.
 *
 * @throws CliError when it runs nowhere
 */
export function allOfComponent(
  lattice: LatticeCommand,
  id: string,
): Promise<readonly Running<ComponentDescription>[]> {
  return allRunning(lattice, 'component', id, undefined, ({ components }) => components);
}

async function findRunning<T extends { readonly id: string }>(
  lattice: LatticeCommand,
  kind: Kind,
  id: string,
  wanted: string | undefined,
  listOf: (inventory: HostInventory) => readonly T[],
): Promise<Running<T>> {
  const [first, ...others] = await allRunning(lattice, kind, id, wanted, listOf);
  if (others.length === 0) return first;
  const names = [first, ...others].map(({ host }) => `${host.friendlyName} (${host.hostId})`);
  throw new CliError(
    `the ${kind} \`${id}\` runs on ${names.length} hosts`,
    `name one with --host-id: ${names.join(', ')}`,
    { exitCode: exitCodes.usage },
  );
}

async function allRunning<T extends { readonly id: string }>(
  { client, io, options }: LatticeCommand,
  kind: Kind,
  id: string,
  wanted: string | undefined,
  listOf: (inventory: HostInventory) => readonly T[],
): Promise<[Running<T>, ...Running<T>[]]> {
  const gather = { gatherMs: options.gatherMs, signal: io.signal };
  const hosts =
    wanted === undefined ? await allHosts(client, gather) : [await findHost(client, wanted, gather)];
  const inventories = await Promise.all(
    hosts.map(({ id: hostId }) => client.getHostInventory(hostId, { signal: io.signal })),
  );
  const [first, ...others] = inventories.flatMap((inventory) => {
    const { friendlyName, hostId } = inventory;
    return listOf(inventory)
      .filter((each) => each.id === id)
      .map((description) => ({ host: { hostId, friendlyName }, description }));
  });
  if (first !== undefined) return [first, ...others];
  const ids = [...new Set(inventories.flatMap((inventory) => listOf(inventory).map((each) => each.id)))];
  const where = wanted === undefined ? 'no host of the lattice runs' : `host ${wanted} does not run`;
  throw new CliError(
    `${where} the ${kind} \`${id}\``,
    ids.length === 0 ? `no ${kind} runs there` : `${kind}s are ${ids.sort().join(', ')}`,
  );
}
