import type { ControlClient, Host } from '@wasmlattice/control-interface';
import { CliError } from './cli-error.js';
import { exitCodes } from './exit-codes.js';

/** How long to gather hosts, and what ends it early. */
export interface GatherOptions {
  readonly gatherMs: number;
  readonly signal: AbortSignal;
}

/**
 * The host with this id or friendly name; a beginning of either will do when it fits one host only. Without `wanted`,
 * the only host of the lattice.
 */
export async function findHost(
  client: ControlClient,
  wanted: string | undefined,
  options: GatherOptions,
): Promise<Host> {
  const hosts = await allHosts(client, options);
  const names = hosts.map(({ friendlyName, id }) => `${friendlyName} (${id})`).join(', ');
  if (wanted === undefined) {
    const [only, another] = hosts;
    if (only !== undefined && another === undefined) return only;
    throw new CliError(
      `lattice \`${client.lattice}\` has ${hosts.length} hosts`,
      `name one of them: ${names}`,
      { exitCode: exitCodes.usage },
    );
  }
  const exact = hosts.find(({ friendlyName, id }) => id === wanted || friendlyName === wanted);
  if (exact !== undefined) return exact;
  const matching = hosts.filter(
    ({ friendlyName, id }) => id.startsWith(wanted) || friendlyName.startsWith(wanted),
  );
  const [match, another] = matching;
  if (match !== undefined && another === undefined) return match;
  throw new CliError(
    matching.length === 0
      ? `no host of lattice \`${client.lattice}\` has the id or name \`${wanted}\``
      : `\`${wanted}\` fits ${matching.length} hosts`,
    `hosts are ${names}`,
    { exitCode: exitCodes.usage },
  );
}

/** The hosts of the lattice by name; at least one. */
export async function allHosts(
  client: ControlClient,
  { gatherMs, signal }: GatherOptions,
): Promise<readonly Host[]> {
  const hosts = await client.ping({ timeoutMs: gatherMs, signal });
  if (hosts.length === 0) {
    throw new CliError(
      `no host answers in lattice \`${client.lattice}\``,
      'start one with `wasmlattice up`, or name another lattice with --lattice',
      { exitCode: exitCodes.unreachable },
    );
  }
  return [...hosts].sort((a, b) => (a.friendlyName < b.friendlyName ? -1 : 1));
}
