import { describeSlot, isSameLink } from '@wasmlattice/applications';
import type { HostInventory, Link } from '@wasmlattice/control-interface';
import { subscribeEvents } from '@wasmlattice/events';
import { closestWord } from '@wasmlattice/provider-host/config-schema';
import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { type LatticeCommand, onLattice, writeDone } from '../command.js';
import { linkSlips } from '../control/link-slips.js';
import { whatRuns } from '../control/what-runs.js';
import { addGlobalOptions } from '../global-options.js';
import { repeatedOption } from '../option-forms.js';

interface LinkPutOptions {
  readonly interface: readonly string[];
  readonly linkName: string;
  readonly sourceConfig?: readonly string[];
  readonly targetConfig?: readonly string[];
  readonly add?: boolean;
}

export function addLinkPut(parent: Command, io: CliIo): void {
  addGlobalOptions(parent.command('put'))
    .description('Link a component or provider to another')
    .argument('<source>', 'id that calls')
    .argument('<target>', 'id that answers')
    .argument('<namespace>', 'of the interfaces: `wasi` of wasi:keyvalue/store')
    .argument('<package>', 'of the interfaces: `keyvalue` of wasi:keyvalue/store')
    .addOption(
      repeatedOption(
        '--interface <name>',
        'an interface: `store` of wasi:keyvalue/store',
      ).makeOptionMandatory(),
    )
    .option('-l, --link-name <name>', 'tells links for the same interface apart', 'default')
    .addOption(repeatedOption('--source-config <name>', 'a config for the source'))
    .addOption(repeatedOption('--target-config <name>', 'a config for the target'))
    .option('--add', 'keep the interfaces and configs that the link has')
    .action(
      (
        sourceId: string,
        target: string,
        witNamespace: string,
        witPackage: string,
        own: LinkPutOptions,
        command: Command,
      ) =>
        onLattice(command, io, async (lattice) => {
          const { client, options } = lattice;
          const given = {
            sourceId,
            target,
            name: own.linkName,
            witNamespace,
            witPackage,
            interfaces: own.interface,
            sourceConfig: own.sourceConfig ?? [],
            targetConfig: own.targetConfig ?? [],
          };
          const there = await client.getLinks({ signal: io.signal });
          const before = there.find((each) => isSameLink(each, given));
          const link = own.add && before !== undefined ? added(before, given) : given;
          // A link may be there before its ends: those that are not known may be misspelt.
          const running = whatRuns(client);
          const message = await putLink(link, lattice);
          const what = `${witNamespace}:${witPackage}/${link.interfaces.join(',')}`;
          const gone = before?.interfaces.filter((each) => !link.interfaces.includes(each)) ?? [];
          const instead = gone.length === 0 ? '' : `, no longer for ${gone.join(', ')}: --add keeps them`;
          writeDone(io, options.output, `linked ${sourceId} to ${target} for ${what}${instead}`, message);
          const inventories = await running;
          if (inventories === undefined) return;
          noteUnknown([sourceId, target], inventories, io);
          for (const slip of await linkSlips(link, inventories)) io.err(`warning: ${slip}\n`);
        }),
    );
}

function noteUnknown(ids: readonly string[], inventories: readonly HostInventory[], io: CliIo): void {
  const running = inventories.flatMap(({ components, providers }) =>
    [...components, ...providers].map(({ id }) => id),
  );
  for (const id of ids.filter((each) => !running.includes(each))) {
    const meant = closestWord(id, running);
    const hint = meant === undefined ? 'the link works once it does' : `did you mean \`${meant}\`?`;
    io.err(`note: nothing with the id \`${id}\` runs: ${hint}\n`);
  }
}

/**
 * Puts a link and waits for the event that tells the outcome: a host that can't deliver it says so before the link counts as set.
 *
 * @throws CliError with the reason when the link is set and does not work
 */
async function putLink(
  link: Link,
  { client, connection, io, lattice, options }: LatticeCommand,
): Promise<string> {
  await using events = await subscribeEvents({
    connection,
    lattice,
    names: ['linkdef_set', 'linkdef_set_failed'],
  });
  const message = await client.putLink(link, { signal: io.signal });
  const event = await events.waitForEvent(
    (each) =>
      (each.name === 'linkdef_set' || each.name === 'linkdef_set_failed') && isSameLink(each.data, link),
    { timeoutMs: options.timeoutMs, description: 'the outcome of the link', signal: io.signal },
  );
  if (event.name !== 'linkdef_set_failed') return message;
  throw new CliError(
    `the link ${describeSlot(link)} to ${link.target} is put but does not work: ${event.data.error}`,
    'remove the cause and put it again; `wasmlattice get links` shows its state',
  );
}

/** The wire replaces a link as a whole. */
function added(before: Link, given: Link): Link {
  const both = (one: readonly string[], other: readonly string[]): string[] => [
    ...new Set([...one, ...other]),
  ];
  return {
    ...given,
    interfaces: both(before.interfaces, given.interfaces),
    sourceConfig: both(before.sourceConfig, given.sourceConfig),
    targetConfig: both(before.targetConfig, given.targetConfig),
  };
}
