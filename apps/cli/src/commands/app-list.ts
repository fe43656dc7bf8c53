import { encodeStatus } from '@wasmlattice/applications';
import type { Command } from 'commander';
import { openApplications } from '../applications/applications.js';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { jsonDocument } from '../output/json.js';
import { renderTable } from '../output/table.js';
import { type ApplicationOptions, addApplicationOptions, jsDomainOf } from './application-options.js';

export function addAppList(parent: Command, io: CliIo): void {
  addApplicationOptions(parent.command('list'))
    .description('List the applications of the lattice')
    .action(async (own: ApplicationOptions, command: Command) => {
      await onLattice(command, io, async (session) => {
        const { reads } = await openApplications(session, jsDomainOf(own, io));
        const applications = await reads.list();
        if (session.options.output === 'json') {
          const list = applications.map(({ deployedVersion, description, name, status, version }) => ({
            name,
            version,
            description: description ?? null,
            deployed_version: deployedVersion ?? null,
            detailed_status: encodeStatus(status),
            status: status.status.type,
            status_message: status.status.message,
          }));
          io.out(jsonDocument({ applications: list, success: true }));
          return;
        }
        io.out(
          renderTable(
            ['NAME', 'DEPLOYED VERSION', 'NEWEST VERSION', 'STATUS', 'DESCRIPTION'],
            applications.map(({ deployedVersion = '', description = '', name, status, version }) => [
              name,
              deployedVersion,
              version,
              status.status.type,
              description,
            ]),
          ),
        );
      });
    });
}
