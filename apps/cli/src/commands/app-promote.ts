import type { Command } from 'commander';
import { openApplications } from '../applications/applications.js';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { addGlobalOptions } from '../global-options.js';
import { jsonDocument } from '../output/json.js';

export function addAppPromote(parent: Command, io: CliIo): void {
  addGlobalOptions(parent.command('promote'))
    .description(
      'Let the canary of an application take over, without waiting for it to be watched to the end',
    )
    .argument('<name>', 'application of the lattice')
    .action(async (name: string, _own: unknown, command: Command) => {
      await onLattice(command, io, async (session) => {
        const applications = await openApplications(session);
        if (applications.kind === 'direct') {
          throw new CliError(
            'nobody keeps the applications of this lattice, and no canary runs',
            'start a host with --reconcile true',
          );
        }
        const message = await applications.client.endCanary(name, 'promote');
        io.out(session.options.output === 'json' ? jsonDocument({ success: true, message }) : `${message}\n`);
      });
    });
}
