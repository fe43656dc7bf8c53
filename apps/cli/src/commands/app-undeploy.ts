import type { Command } from 'commander';
import { type ApplicationSource, readFileOrName } from '../applications/application-source.js';
import { type Applications, openApplications } from '../applications/applications.js';
import { manifestToUndeploy, undeployDirectly } from '../applications/deploy-directly.js';
import { type ServedSettings, undeployServed } from '../applications/deploy-served.js';
import { unknownApplication } from '../applications/unknown-application.js';
import type { CliIo } from '../cli-io.js';
import { type LatticeCommand, onLattice, writeDone } from '../command.js';
import { usageError } from '../global-options.js';
import { addChangeOptions, type ChangeOptions, readChangeOptions } from './application-options.js';

export function addAppUndeploy(parent: Command, io: CliIo): void {
  addChangeOptions(parent.command('undeploy'))
    .description('Remove an application from the lattice: links, components, providers, configs')
    .argument('[name|file]', 'application of the lattice, or its manifest')
    .option('--all', 'all applications of the lattice')
    .action(async (argument: string | undefined, own: UndeployOptions, command: Command) => {
      const settings = readChangeOptions(own);
      if ((argument === undefined) === (own.all !== true)) {
        throw usageError('which application is not said, or twice', 'name one, or write --all');
      }
      const given = argument === undefined ? undefined : await readFileOrName(argument, io);
      await onLattice(command, io, async (session) => {
        const applications = await openApplications(session);
        const sources = given === undefined ? await deployed(applications) : [given];
        for (const source of sources) await undeploy(source, applications, session, settings);
        if (sources.length === 0)
          writeDone(io, session.options.output, 'nothing is deployed', 'nothing is deployed');
      });
    });
}

interface UndeployOptions extends ChangeOptions {
  readonly all?: boolean;
}

async function deployed({ reads }: Applications): Promise<readonly ApplicationSource[]> {
  const all = await reads.list();
  return all
    .filter(({ deployedVersion }) => deployedVersion !== undefined)
    .map(({ name }) => ({ kind: 'name', name }));
}

async function undeploy(
  source: ApplicationSource,
  applications: Applications,
  session: LatticeCommand,
  settings: ServedSettings,
): Promise<void> {
  const name = source.kind === 'name' ? source.name : source.manifest.name;
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
}
