import { secretConfigKey } from '@wasmlattice/secrets';
import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { onLattice, writeDone } from '../command.js';
import { deleteConfig } from '../control/delete-config.js';
import { addGlobalOptions } from '../global-options.js';

export function addSecretsDel(parent: Command, io: CliIo): void {
  addGlobalOptions(parent.command('del'))
    .description('Remove a reference to a secret; the backend keeps the secret')
    .argument('<name>', 'name of the reference')
    .action((name: string, _options, command: Command) =>
      onLattice(command, io, async ({ client, options }) => {
        const message = await deleteConfig(client, secretConfigKey(name), {
          what: `reference \`${secretConfigKey(name)}\``,
          check: 'check its name, which is given without `SECRET_`',
          signal: io.signal,
        });
        writeDone(io, options.output, `removed reference ${secretConfigKey(name)}`, message);
      }),
    );
}
