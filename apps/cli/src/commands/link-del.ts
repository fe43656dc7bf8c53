import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { onLattice, writeDone } from '../command.js';
import { addGlobalOptions } from '../global-options.js';

export function addLinkDel(parent: Command, io: CliIo): void {
  addGlobalOptions(parent.command('del'))
    .description('Remove a link')
    .argument('<source>', 'id that calls')
    .argument('<namespace>', 'of the interfaces: `wasi` of wasi:keyvalue/store')
    .argument('<package>', 'of the interfaces: `keyvalue` of wasi:keyvalue/store')
    .option('--link-name <name>', 'tells links for the same interface apart', 'default')
    .action(
      (
        sourceId: string,
        witNamespace: string,
        witPackage: string,
        own: { readonly linkName: string },
        command: Command,
      ) =>
        onLattice(command, io, async ({ client, options }) => {
          const message = await client.deleteLink(
            { sourceId, witNamespace, witPackage, name: own.linkName },
            { signal: io.signal },
          );
          const what = `${witNamespace}:${witPackage}`;
          writeDone(io, options.output, `removed the link of ${sourceId} for ${what}`, message);
        }),
    );
}
