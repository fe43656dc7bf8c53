import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { onLattice, writeDone } from '../command.js';
import { addGlobalOptions } from '../global-options.js';

interface LinkPutOptions {
  readonly interface: readonly string[];
  readonly linkName: string;
  readonly sourceConfig?: readonly string[];
  readonly targetConfig?: readonly string[];
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
          const link = {
            sourceId,
            target,
            name: own.linkName,
            witNamespace,
            witPackage,
            interfaces: own.interface,
            sourceConfig: own.sourceConfig ?? [],
            targetConfig: own.targetConfig ?? [],
          };
          const message = await client.putLink(link, { signal: io.signal });
          const what = `${witNamespace}:${witPackage}/${own.interface.join(',')}`;
          writeDone(io, options.output, `linked ${sourceId} to ${target} for ${what}`, message);
        }),
    );
}
