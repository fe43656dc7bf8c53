import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { onLattice, writeDone } from '../command.js';
import { addGlobalOptions } from '../global-options.js';

export function addConfigDel(parent: Command, io: CliIo): void {
  addGlobalOptions(parent.command('del'))
    .description('Remove a named config')
    .argument('<name>', 'name of the config')
    .action((name: string, _options, command: Command) =>
      onLattice(command, io, async ({ client, options }) => {
        const message = await client.deleteConfig(name, { signal: io.signal });
        writeDone(io, options.output, `removed config ${name}`, message);
      }),
    );
}
