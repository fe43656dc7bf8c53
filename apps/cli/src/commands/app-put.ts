import type { Command } from 'commander';
import { readManifestFile } from '../applications/application-source.js';
import { openApplications } from '../applications/applications.js';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { jsonDocument } from '../output/json.js';
import { type ApplicationOptions, addApplicationOptions, jsDomainOf } from './application-options.js';

export function addAppPut(parent: Command, io: CliIo): void {
  addApplicationOptions(parent.command('put'))
    .description('Store a version of an application without deploying it')
    .argument('<file>', 'manifest in wadm format (YAML or JSON)')
    .action(async (file: string, own: ApplicationOptions, command: Command) => {
      const { document } = await readManifestFile(file, io);
      await onLattice(command, io, async (session) => {
        const applications = await openApplications(session, jsDomainOf(own, io));
        const version =
          applications.kind === 'served'
            ? await applications.client.put(document)
            : (await applications.store.put(document)).version;
        const { name } = document.metadata;
        io.out(
          session.options.output === 'json'
            ? jsonDocument({ success: true, model_name: name, model_version: version, deployed: false })
            : `Put application "${name}", version "${version}"\n`,
        );
      });
    });
}
