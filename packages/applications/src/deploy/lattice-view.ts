import type { ControlClient, HostInventory, Link, StringMap } from '@wasmlattice/control-interface';
import { DeployError } from './deploy-error.js';

/** What a plan is made for: the hosts with all that runs on them, the links, and the configs that the plan is about. */
export interface LatticeView {
  readonly hosts: readonly HostInventory[];
  readonly links: readonly Link[];
  /** Those that exist, by name; absent when nobody looked. */
  readonly configs?: ReadonlyMap<string, StringMap>;
}

/** How long to wait, and what ends it early. */
export interface ReadLatticeOptions {
  /** For one answer. */
  readonly timeoutMs: number;
  /** For the hosts to report; the whole time is waited, as nobody knows their number. */
  readonly gatherMs: number;
  /** Names of the configs to look at; none by default. */
  readonly configs?: Iterable<string>;
  readonly signal?: AbortSignal;
}

/** Asks the lattice for its hosts, their inventories, its links and some of its configs. */
export async function readLattice(
  client: ControlClient,
  { configs: configNames = [], gatherMs, signal, timeoutMs }: ReadLatticeOptions,
): Promise<LatticeView> {
  const options = { timeoutMs, ...(signal === undefined ? {} : { signal }) };
  const hosts = await client.ping({ ...options, timeoutMs: gatherMs });
  if (hosts.length === 0) {
    throw new DeployError(
      `no host answers in lattice \`${client.lattice}\``,
      'start one with `wasmlattice up`, or name another lattice with --lattice',
    );
  }
  const [links, configs, ...inventories] = await Promise.all([
    client.getLinks(options),
    Promise.all([...configNames].map(async (name) => [name, await client.getConfig(name, options)] as const)),
    ...hosts.map(({ id }) => client.getHostInventory(id, options)),
  ]);
  const found = configs.flatMap(([name, values]) => (values === undefined ? [] : [[name, values] as const]));
  return { hosts: inventories, links, configs: new Map(found) };
}
