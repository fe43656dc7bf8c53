import { type ApplicationStatus, encodeStatus } from '@wasmlattice/applications';
import type { Command } from 'commander';
import { openApplications } from '../applications/applications.js';
import { keptBy } from '../applications/kept-by.js';
import { knownVersions } from '../applications/unknown-application.js';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { addGlobalOptions } from '../global-options.js';
import { jsonDocument } from '../output/json.js';
import { renderTable } from '../output/table.js';

/** What each part has come to; where none is told of, what the whole has. */
function describeParts({ scalers, status }: ApplicationStatus): string {
  if (scalers.length === 0) return status.message === '' ? '' : `${status.message}\n`;
  return renderTable(
    ['NAME', 'KIND', 'STATUS', 'MESSAGE'],
    scalers.map((scaler) => [scaler.name, scaler.kind, scaler.status.type, scaler.status.message]),
  );
}

export function addAppStatus(parent: Command, io: CliIo): void {
  addGlobalOptions(parent.command('status'))
    .description('Show what an application has come to, part by part')
    .argument('<name>', 'application of the lattice')
    .action(async (name: string, _own: unknown, command: Command) => {
      await onLattice(command, io, async (session) => {
        const applications = await openApplications(session);
        const { reads } = applications;
        const versions = await knownVersions(name, reads);
        const status = await reads.status(name);
        const { keeper } = status;
        if (session.options.output === 'json') {
          io.out(
            jsonDocument({
              success: true,
              status: encodeStatus(status),
              ...(keeper !== undefined && { keeper }),
            }),
          );
          return;
        }
        const deployed = versions.find((each) => each.deployed)?.version;
        io.out(`${name}${deployed === undefined ? '' : `@${deployed}`} - ${status.status.type}\n`);
        io.out(describeParts(status));
        if (status.status.type === 'undeployed') return;
        const keeping = await keptBy(applications, status, session);
        io.out(keeping.map((line) => `${line}\n`).join(''));
      });
    });
}
