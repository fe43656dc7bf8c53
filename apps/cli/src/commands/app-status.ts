import { encodeStatus } from '@wasmlattice/applications';
import type { Command } from 'commander';
import { openApplications } from '../applications/applications.js';
import { knownVersions } from '../applications/unknown-application.js';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { jsonDocument } from '../output/json.js';
import { renderTable } from '../output/table.js';
import { type ApplicationOptions, addApplicationOptions, jsDomainOf } from './application-options.js';

export function addAppStatus(parent: Command, io: CliIo): void {
  addApplicationOptions(parent.command('status'))
    .description('Show what an application has come to, part by part')
    .argument('<name>', 'application of the lattice')
    .action(async (name: string, own: ApplicationOptions, command: Command) => {
      await onLattice(command, io, async (session) => {
        const { reads } = await openApplications(session, jsDomainOf(own, io));
        const versions = await knownVersions(name, reads);
        const status = await reads.status(name);
        if (session.options.output === 'json') {
          io.out(jsonDocument({ success: true, status: encodeStatus(status) }));
          return;
        }
        const deployed = versions.find((each) => each.deployed)?.version;
        io.out(`${name}${deployed === undefined ? '' : `@${deployed}`} - ${status.status.type}\n`);
        if (status.scalers.length === 0) {
          if (status.status.message !== '') io.out(`${status.status.message}\n`);
          return;
        }
        io.out(
          renderTable(
            ['NAME', 'KIND', 'STATUS', 'MESSAGE'],
            status.scalers.map((scaler) => [
              scaler.name,
              scaler.kind,
              scaler.status.type,
              scaler.status.message,
            ]),
          ),
        );
      });
    });
}
