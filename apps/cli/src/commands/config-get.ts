import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { addGlobalOptions } from '../global-options.js';
import { jsonDocument } from '../output/json.js';

export function addConfigGet(parent: Command, io: CliIo): void {
  addGlobalOptions(parent.command('get'))
    .description('Show a named config')
    .argument('<name>', 'name of the config')
    .action((name: string, _options, command: Command) =>
      onLattice(command, io, async ({ client, lattice, options }) => {
        const config = await client.getConfig(name, { signal: io.signal });
        if (config === undefined) {
          throw new CliError(
            `there is no config \`${name}\` in lattice \`${lattice}\``,
            `store one with \`wasmlattice config put ${name} key=value\``,
          );
        }
        const lines = Object.entries(config).map(([key, value]) => `${key}=${value}\n`);
        io.out(options.output === 'json' ? jsonDocument(config) : lines.join(''));
      }),
    );
}
