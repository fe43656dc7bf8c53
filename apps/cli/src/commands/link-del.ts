import { describeSlot, isSameSlot, type LinkSlot, removalOf, removeLink } from '@wasmlattice/applications';
import type { Link } from '@wasmlattice/control-interface';
import { subscribeEvents } from '@wasmlattice/events';
import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { type LatticeCommand, onLattice, writeDone } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { addGlobalOptions, usageError } from '../global-options.js';

interface LinkDelOptions {
  readonly linkName: string;
  readonly target?: string;
  readonly all?: boolean;
  readonly force?: boolean;
}

export function addLinkDel(parent: Command, io: CliIo): void {
  addGlobalOptions(parent.command('del'))
    .description('Remove a link')
    .argument('[source]', 'id that calls')
    .argument('[namespace]', 'of the interfaces: `wasi` of wasi:keyvalue/store')
    .argument('[package]', 'of the interfaces: `keyvalue` of wasi:keyvalue/store')
    .option('-l, --link-name <name>', 'tells links for the same interface apart', 'default')
    .option('--target <id>', 'id that answers, where links of one name lead to several')
    .option('--all', 'remove the links to all targets; without a source, all of the lattice')
    .option('--force', 'with --all and without a source: do so')
    .action(
      (
        sourceId: string | undefined,
        witNamespace: string | undefined,
        witPackage: string | undefined,
        own: LinkDelOptions,
        command: Command,
      ) => {
        if (sourceId === undefined && own.all === true) return removeAll(command, own, io);
        if (sourceId === undefined || witNamespace === undefined || witPackage === undefined) {
          throw usageError(
            'source, namespace and package tell which link',
            'name all three, or remove all links of the lattice with --all --force',
          );
        }
        return onLattice(command, io, async (lattice) => {
          const slot = { sourceId, witNamespace, witPackage, name: own.linkName };
          const links = await lattice.client.getLinks({ signal: io.signal });
          const removed = chooseLinks(slot, own, links);
          await removeLinks(lattice, removed, links);
          const targets = removed.map(({ target }) => target).join(', ');
          const done = `removed the link of ${sourceId} for ${witNamespace}:${witPackage} to ${targets}`;
          writeDone(io, lattice.options.output, done, done);
        });
      },
    );
}

function removeAll(command: Command, { force = false }: LinkDelOptions, io: CliIo): Promise<void> {
  return onLattice(command, io, async (lattice) => {
    const links = await lattice.client.getLinks({ signal: io.signal });
    if (!force) {
      throw usageError(
        `--all without a source removes all links of lattice \`${lattice.lattice}\`, which are ${links.length}`,
        'say so with --force, or name source, namespace and package',
      );
    }
    await removeLinks(lattice, links, links);
    const done = `removed all links, ${links.length}`;
    writeDone(io, lattice.options.output, done, done);
  });
}

/** @throws CliError when there is no such link, or several and nobody said which */
function chooseLinks(
  slot: LinkSlot,
  { target, all = false }: LinkDelOptions,
  links: readonly Link[],
): Link[] {
  const there = links.filter((link) => isSameSlot(link, slot));
  const chosen = target === undefined ? there : there.filter((link) => link.target === target);
  if (chosen.length === 0) {
    throw new CliError(
      `there is no link ${describeSlot(slot)}${target === undefined ? '' : ` to ${target}`}`,
      there.length === 0
        ? '`wasmlattice get links` lists those there are; a link that has a name is removed with --link-name'
        : `there is one to ${there.map((link) => link.target).join(' and one to ')}`,
    );
  }
  if (chosen.length > 1 && !all) {
    const lines = chosen.map((link) => `${link.target} for ${link.interfaces.join(', ')}`);
    throw new CliError(
      `there are ${chosen.length} links ${describeSlot(slot)}: to ${lines.join('; to ')}`,
      'say which one with --target, or remove them with --all',
      { exitCode: exitCodes.usage },
    );
  }
  return chosen;
}

async function removeLinks(
  { client, connection, io, lattice, options }: LatticeCommand,
  removed: readonly Link[],
  links: readonly Link[],
): Promise<void> {
  const request = { timeoutMs: options.timeoutMs, signal: io.signal };
  await using events = await subscribeEvents({
    connection,
    lattice,
    names: ['linkdef_set', 'linkdef_set_failed', 'linkdef_deleted'],
  });
  let there = links;
  for (const link of removed) {
    const wasThere = await removeLink(removalOf(link, there), {
      client,
      request,
      async outcome(send, isOutcome) {
        const from = events.position;
        await send();
        const event = await events.waitForEvent(isOutcome, {
          from,
          timeoutMs: options.timeoutMs,
          description: 'the outcome',
          signal: io.signal,
        });
        if (event.name !== 'linkdef_set_failed') return event;
        throw new CliError(
          `the link ${describeSlot(event.data)} to ${event.data.target} was taken by the host and could not be put again: ${event.data.error}`,
          'put it with `wasmlattice link put`',
        );
      },
    });
    if (!wasThere) {
      throw new CliError(
        `the link ${describeSlot(link)} to ${link.target} is gone already`,
        'somebody else removed it',
      );
    }
    there = there.filter((each) => each !== link);
  }
}
