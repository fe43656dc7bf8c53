import type { Command } from 'commander';
import { readFileOrName } from '../applications/application-source.js';
import { openApplications } from '../applications/applications.js';
import { manifestToUndeploy, undeployDirectly } from '../applications/deploy-directly.js';
import { undeployServed } from '../applications/deploy-served.js';
import { unknownApplication } from '../applications/unknown-application.js';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import {
  addChangeOptions,
  type ChangeOptions,
  jsDomainOf,
  readChangeOptions,
} from './application-options.js';

export function addAppUndeploy(parent: Command, io: CliIo): void {
  addChangeOptions(parent.command('undeploy'))
    .description('Remove an application from the lattice: links, components, providers, configs')
    .argument('<name|file>', 'application of the lattice, or its manifest')
    .action(async (argument: string, own: ChangeOptions, command: Command) => {
      const settings = readChangeOptions(own);
      const source = await readFileOrName(argument, io);
      const name = source.kind === 'name' ? source.name : source.manifest.name;
      await onLattice(command, io, async (session) => {
        const applications = await openApplications(session, jsDomainOf(own, io));
        if (applications.kind === 'served') {
          if ((await applications.reads.versions(name)) === undefined) {
            throw await unknownApplication(name, applications.reads);
          }
          if (!settings.dryRun) await undeployServed(name, applications.client, session, settings);
          return;
        }
        if (source.kind === 'file') {
          await undeployDirectly(source.manifest, applications, session, settings);
          return;
        }
        const application = await applications.store.get(name);
        if (application === undefined) throw await unknownApplication(name, applications.reads);
        await undeployDirectly(manifestToUndeploy(application), applications, session, settings);
      });
    });
}
