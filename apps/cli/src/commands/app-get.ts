import type { Command } from 'commander';
import { stringify } from 'yaml';
import { openApplications } from '../applications/applications.js';
import { unknownApplication, unknownVersion } from '../applications/unknown-application.js';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { jsonDocument } from '../output/json.js';
import { type ApplicationOptions, addApplicationOptions, jsDomainOf } from './application-options.js';

export function addAppGet(parent: Command, io: CliIo): void {
  addApplicationOptions(parent.command('get'))
    .description('Show the manifest of an application')
    .argument('<name>', 'application of the lattice')
    .argument('[version]', 'the newest by default')
    .action(async (name: string, version: string | undefined, own: ApplicationOptions, command: Command) => {
      await onLattice(command, io, async (session) => {
        const { reads } = await openApplications(session, jsDomainOf(own, io));
        const document = await reads.get(name, version);
        if (document === undefined) {
          throw version === undefined
            ? await unknownApplication(name, reads)
            : await unknownVersion(name, version, reads);
        }
        io.out(
          session.options.output === 'json' ? jsonDocument(document) : stringify(document, { lineWidth: 0 }),
        );
      });
    });
}
