import type { ControlClient, HostInventory, Link } from '@wasmlattice/control-interface';
import { DeployError } from './deploy-error.js';

/** What a plan is made for: the hosts with all that runs on them, and the links. */
export interface LatticeView {
  readonly hosts: readonly HostInventory[];
  readonly links: readonly Link[];
}

/** How long to wait, and what ends it early. */
export interface ReadLatticeOptions {
  /** For one answer. */
  readonly timeoutMs: number;
  /** For the hosts to report; the whole time is waited, as nobody knows their number. */
  readonly gatherMs: number;
  readonly signal?: AbortSignal;
}

/** Asks the lattice for its hosts, their inventories, and its links. */
export async function readLattice(
  client: ControlClient,
  { gatherMs, signal, timeoutMs }: ReadLatticeOptions,
): Promise<LatticeView> {
  const options = { timeoutMs, ...(signal === undefined ? {} : { signal }) };
  const hosts = await client.ping({ ...options, timeoutMs: gatherMs });
  if (hosts.length === 0) {
    throw new DeployError(
      `no host answers in lattice \`${client.lattice}\``,
      'start one with `wasmlattice up`, or name another lattice with --lattice',
    );
  }
  const [links, ...inventories] = await Promise.all([
    client.getLinks(options),
    ...hosts.map(({ id }) => client.getHostInventory(id, options)),
  ]);
  return { hosts: inventories, links };
}
