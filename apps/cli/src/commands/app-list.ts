import { encodeStatus } from '@wasmlattice/applications';
import type { Command } from 'commander';
import { type ApplicationReads, openApplications } from '../applications/applications.js';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { addGlobalOptions, type OutputFormat } from '../global-options.js';
import { jsonDocument } from '../output/json.js';
import { renderTable } from '../output/table.js';
import { addWatchOption, type WatchOptions, writeWatched } from '../output/watch.js';

export function addAppList(parent: Command, io: CliIo): void {
  addWatchOption(addGlobalOptions(parent.command('list')))
    .description('List the applications of the lattice')
    .action(async (own: WatchOptions, command: Command) => {
      await onLattice(command, io, async (session) => {
        const { reads } = await openApplications(session);
        await writeWatched(own, io, () => listText(reads, session.options.output));
      });
    });
}

/** The applications of the lattice, as they are written. */
export async function listText(reads: ApplicationReads, output: OutputFormat): Promise<string> {
  const applications = await reads.list();
  if (output === 'json') {
    const list = applications.map(({ deployedVersion, description, name, status, version }) => ({
      name,
      version,
      description: description ?? null,
      deployed_version: deployedVersion ?? null,
      detailed_status: encodeStatus(status),
      status: status.status.type,
      status_message: status.status.message,
    }));
    return jsonDocument({ applications: list, success: true });
  }
  return renderTable(
    ['NAME', 'DEPLOYED VERSION', 'NEWEST VERSION', 'STATUS', 'DESCRIPTION'],
    applications.map(({ deployedVersion = '', description = '', name, status, version }) => [
      name,
      deployedVersion,
      version,
      status.status.type,
      description,
    ]),
  );
}
