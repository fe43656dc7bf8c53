import { secretConfigKey } from '@wasmlattice/secrets';
import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { addGlobalOptions } from '../global-options.js';
import { jsonDocument } from '../output/json.js';

export function addSecretsGet(parent: Command, io: CliIo): void {
  addGlobalOptions(parent.command('get'))
    .description('Show a reference to a secret; its value stays with the backend')
    .argument('<name>', 'name of the reference')
    .action((name: string, _options, command: Command) =>
      onLattice(command, io, async ({ client, lattice, options }) => {
        const reference = await client.getConfig(secretConfigKey(name), { signal: io.signal });
        if (reference === undefined) {
          throw new CliError(
            `there is no reference \`${secretConfigKey(name)}\` in lattice \`${lattice}\``,
            `store one with \`wasmlattice secrets put ${name} BACKEND KEY\``,
          );
        }
        const lines = Object.entries(reference).map(([key, value]) => `${key}=${value}\n`);
        io.out(options.output === 'json' ? jsonDocument(reference) : lines.join(''));
      }),
    );
}
