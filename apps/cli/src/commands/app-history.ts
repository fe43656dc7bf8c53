import type { Command } from 'commander';
import { openApplications } from '../applications/applications.js';
import { knownVersions } from '../applications/unknown-application.js';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { addGlobalOptions } from '../global-options.js';
import { jsonDocument } from '../output/json.js';
import { renderTable } from '../output/table.js';

export function addAppHistory(parent: Command, io: CliIo): void {
  addGlobalOptions(parent.command('history'))
    .description('Show the versions of an application, and when each was put and deployed')
    .argument('<name>', 'application of the lattice')
    .action(async (name: string, _own: unknown, command: Command) => {
      await onLattice(command, io, async (session) => {
        const { reads } = await openApplications(session);
        const versions = await knownVersions(name, reads);
        const history = await reads.history(name);
        const last = (action: 'put' | 'deployed', version: string): string | undefined =>
          history.findLast((each) => each.action === action && each.version === version)?.at;
        const revisions = versions.map(({ deployed, version }) => ({
          version,
          deployed,
          put_at: last('put', version),
          deployed_at: last('deployed', version),
        }));
        if (session.options.output === 'json') {
          io.out(jsonDocument({ success: true, revisions }));
          return;
        }
        io.out(
          renderTable(
            ['VERSION', 'DEPLOYED', 'PUT', 'LAST DEPLOYED'],
            revisions.map((each) => [
              each.version,
              each.deployed ? 'yes' : '',
              shown(each.put_at),
              shown(each.deployed_at),
            ]),
          ),
        );
      });
    });
}

/** wadm does not write down when something was done. */
function shown(at: string | undefined): string {
  return at?.replace(/\.\d+Z$/, 'Z') ?? '';
}
