import type { Link } from '@wasmlattice/control-interface';
import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { onLattice, writeDone } from '../command.js';
import { isSameLink } from '../deploy/plan-links.js';
import { addGlobalOptions } from '../global-options.js';

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
    .requiredOption('--interface <names...>', 'interfaces: `store` of wasi:keyvalue/store')
    .option('--link-name <name>', 'tells links for the same interface apart', 'default')
    .option('--source-config <names...>', 'configs for the source')
    .option('--target-config <names...>', 'configs for the target')
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
        onLattice(command, io, async ({ client, options }) => {
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
          const message = await client.putLink(link, { signal: io.signal });
          const what = `${witNamespace}:${witPackage}/${link.interfaces.join(',')}`;
          const gone = before?.interfaces.filter((each) => !link.interfaces.includes(each)) ?? [];
          const instead = gone.length === 0 ? '' : `, no longer for ${gone.join(', ')}: --add keeps them`;
          writeDone(io, options.output, `linked ${sourceId} to ${target} for ${what}${instead}`, message);
        }),
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
