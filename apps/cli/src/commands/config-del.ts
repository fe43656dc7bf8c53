import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { onLattice, writeDone } from '../command.js';
import { configUsers } from '../control/config-users.js';
import { deleteConfig } from '../control/delete-config.js';
import { whatRuns } from '../control/what-runs.js';
import { addGlobalOptions } from '../global-options.js';

export function addConfigDel(parent: Command, io: CliIo): void {
  addGlobalOptions(parent.command('del'))
    .description('Remove a named config')
    .argument('<name>', 'name of the config')
    .action((name: string, _options, command: Command) =>
      onLattice(command, io, async ({ client, options }) => {
        const message = await deleteConfig(client, name, {
          what: `config \`${name}\``,
          check:
            'check its name; those that components and links use are in `wasmlattice get inventory` and `get links`',
          signal: io.signal,
        });
        writeDone(io, options.output, `removed config ${name}`, message);
        // Those who may remove configs need not be allowed to look.
        const [running, links] = await Promise.all([
          whatRuns(client),
          client.getLinks({ signal: io.signal }).catch(() => []),
        ]);
        const users = configUsers(name, running ?? [], links);
        if (users.length > 0) {
          io.err(
            `warning: ${users.join(', ')} had it: what runs goes on with its last values, and can't be started or linked again until it is put anew\n`,
          );
        }
      }),
    );
}
