import { closestWord } from '@wasmlattice/provider-host/config-schema';
import type { Command } from 'commander';
import { type ApplicationReads, type Applications, openApplications } from '../applications/applications.js';
import { manifestToUndeploy, undeployDirectly } from '../applications/deploy-directly.js';
import type { ServedSettings } from '../applications/deploy-served.js';
import { unknownVersion } from '../applications/unknown-application.js';
import type { CliIo } from '../cli-io.js';
import { type LatticeCommand, onLattice, writeDone } from '../command.js';
import { usageError } from '../global-options.js';
import { jsonLine } from '../output/json.js';
import { addChangeOptions, type ChangeOptions, readChangeOptions } from './application-options.js';

export function addAppDelete(parent: Command, io: CliIo): void {
  addChangeOptions(parent.command('delete').alias('del'))
    .description('Forget an application, or one version of it; what is deployed of it is undeployed')
    .argument('[name]', 'application of the lattice')
    .argument('[version]', 'this version alone')
    .option('--all-undeployed', 'all applications of the lattice that are not deployed')
    .action(
      async (
        given: string | undefined,
        version: string | undefined,
        own: DeleteOptions,
        command: Command,
      ) => {
        const settings = readChangeOptions(own);
        const isAll = own.allUndeployed === true;
        if ((given === undefined) !== isAll) {
          throw usageError('which application is not said, or twice', 'name one, or write --all-undeployed');
        }
        await onLattice(command, io, async (session) => {
          const applications = await openApplications(session);
          const names = given === undefined ? await undeployed(applications.reads) : [given];
          for (const name of names) await deleteOne(name, version, applications, session, settings);
          if (names.length === 0)
            writeDone(io, session.options.output, 'nothing is undeployed', 'nothing is undeployed');
        });
      },
    );
}

interface DeleteOptions extends ChangeOptions {
  readonly allUndeployed?: boolean;
}

async function undeployed(reads: ApplicationReads): Promise<readonly string[]> {
  return (await reads.list())
    .filter(({ deployedVersion }) => deployedVersion === undefined)
    .map(({ name }) => name);
}

async function deleteOne(
  name: string,
  version: string | undefined,
  applications: Applications,
  session: LatticeCommand,
  settings: ServedSettings,
): Promise<void> {
  const { io } = session;
  const versions = (await applications.reads.versions(name)) ?? [];
  if (versions.length > 0 && version !== undefined && !versions.some((each) => each.version === version)) {
    throw await unknownVersion(name, version, applications.reads);
  }
  const goes = versions.filter((each) => version === undefined || each.version === version);
  if (settings.dryRun) {
    for (const each of goes) {
      io.out(`would delete version ${each.version}${each.deployed ? ', and undeploy it' : ''}\n`);
    }
    return;
  }
  let deleted: boolean;
  if (applications.kind === 'served') ({ deleted } = await applications.client.delete(name, version));
  else {
    const application = await applications.store.get(name);
    if (application !== undefined && goes.some((each) => each.deployed)) {
      await undeployDirectly(manifestToUndeploy(application), applications, session, settings);
    }
    ({ deleted } = await applications.store.delete(name, version));
  }
  if (!deleted) await suggest(name, applications.reads, io);
  const what = version === undefined ? name : `${name}, version ${version}`;
  io.out(
    session.options.output === 'json'
      ? jsonLine({ deleted, success: true })
      : `${deleted ? 'Deleted' : 'Already deleted'} application: ${what}\n`,
  );
}

/** A name that nobody has is deleted already, as `wash` has it; but it may be mistyped. */
async function suggest(name: string, reads: ApplicationReads, io: CliIo): Promise<void> {
  const meant = closestWord(
    name,
    (await reads.list()).map((each) => each.name),
  );
  if (meant !== undefined) io.err(`note: there is no application \`${name}\`: did you mean \`${meant}\`?\n`);
}
