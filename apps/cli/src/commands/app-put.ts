import type { Command } from 'commander';
import { manifestArgument, readManifestFile } from '../applications/application-source.js';
import { openApplications } from '../applications/applications.js';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { addGlobalOptions } from '../global-options.js';
import { jsonDocument } from '../output/json.js';

export function addAppPut(parent: Command, io: CliIo): void {
  addGlobalOptions(parent.command('put'))
    .description('Store a version of an application without deploying it')
    .argument('[file]', manifestArgument, '-')
    .action(async (file: string, _own: unknown, command: Command) => {
      const { document } = await readManifestFile(file, io);
      await onLattice(command, io, async (session) => {
        const applications = await openApplications(session);
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
