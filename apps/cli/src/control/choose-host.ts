import type { StepHost } from '@wasmlattice/applications';
import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { LatticeCommand } from '../command.js';
import { allHosts, findHost } from '../find-host.js';
import { readWholeNumber } from '../global-options.js';
import { readKeyValues } from '../key-values.js';
import { repeatedOption } from '../option-forms.js';

/** Where something shall run, as commander hands it over; the words are those of `wash`. */
export interface PlaceOptions {
  readonly hostId?: string;
  readonly constraint?: readonly string[];
  readonly auctionTimeoutMs?: string;
}

export function addPlaceOptions(command: Command): Command {
  return command
    .option('--host-id <host>', 'id or name of the host, or the beginning of one (default: one that bids)')
    .addOption(repeatedOption('-c, --constraint <key=value>', 'a label that the host must have'))
    .option('--auction-timeout-ms <ms>', 'how long hosts may bid (default: as --timeout-ms)');
}

/** Asks the hosts of the lattice which of them would run it; resolves with their ids. */
type Auction = (
  constraints: Readonly<Record<string, string>>,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal; readonly stopAfter: number },
) => Promise<readonly { readonly hostId: string }[]>;

/**
 * The host that shall run something: the named one, or the first that bids.
 *
 * @param what as messages name it: `component hello`
 * @throws CliError when no host bids
 */
export async function chooseHost(
  { client, io, options }: LatticeCommand,
  own: PlaceOptions,
  what: string,
  auction: Auction,
): Promise<StepHost> {
  const { signal } = io;
  const constraints = readKeyValues(own.constraint ?? [], 'the constraint');
  const gather = { gatherMs: options.gatherMs, signal };
  if (own.hostId !== undefined) {
    const { friendlyName, id } = await findHost(client, own.hostId, gather);
    return { hostId: id, friendlyName };
  }
  const timeoutMs =
    own.auctionTimeoutMs === undefined
      ? options.timeoutMs
      : readWholeNumber(own.auctionTimeoutMs, '--auction-timeout-ms', 1, 2 ** 31 - 1);
  const [bid] = await auction(constraints, { timeoutMs, signal, stopAfter: 1 });
  const hosts = await allHosts(client, gather);
  if (bid === undefined) {
    const labels = Object.entries(constraints).map(([key, value]) => `${key}=${value}`);
    const told = labels.length === 0 ? '' : ` with ${labels.join(', ')}`;
    throw new CliError(
      `none of ${hosts.length} hosts${told} would run ${what}`,
      'look at `wasmlattice get hosts` for labels and `wasmlattice get inventory` for what runs under that id: `wasmlattice update` changes that',
    );
  }
  const friendlyName = hosts.find(({ id }) => id === bid.hostId)?.friendlyName ?? bid.hostId;
  return { hostId: bid.hostId, friendlyName };
}
