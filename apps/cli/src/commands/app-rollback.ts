import { ApplicationApiError, type ApplicationClient, previousVersion } from '@wasmlattice/applications';
import type { Command } from 'commander';
import { storedManifest } from '../applications/application-source.js';
import { openApplications } from '../applications/applications.js';
import { changedFiles, checkLocalImages } from '../applications/local-images.js';
import { knownVersions, unknownVersion } from '../applications/unknown-application.js';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { jsonDocument } from '../output/json.js';
import { deployStored } from './app-deploy.js';
import { addChangeOptions, type ChangeOptions, readChangeOptions } from './application-options.js';

export function addAppRollback(parent: Command, io: CliIo): void {
  addChangeOptions(parent.command('rollback'))
    .description('Go back to the version of an application that ran before; end its canary, if one runs')
    .argument('<name>', 'application of the lattice')
    .argument('[version]', 'another version to go back to')
    .action(async (name: string, asked: string | undefined, own: ChangeOptions, command: Command) => {
      const settings = readChangeOptions(own);
      await onLattice(command, io, async (session) => {
        const applications = await openApplications(session);
        const { reads } = applications;
        if (asked === undefined && applications.kind === 'served') {
          const message = await endedCanary(name, applications.client);
          if (message !== undefined) {
            io.out(
              session.options.output === 'json' ? jsonDocument({ success: true, message }) : `${message}\n`,
            );
            return;
          }
        }
        const versions = await knownVersions(name, reads);
        const deployedVersion = versions.find(({ deployed }) => deployed)?.version;
        const history = await reads.history(name);
        const version = asked ?? previousVersion({ deployedVersion, history, versions });
        if (version === undefined) {
          throw new CliError(
            `there is no version of \`${name}\` before ${deployedVersion}`,
            `see \`wasmlattice app history ${name}\``,
          );
        }
        const document = await reads.get(name, version);
        if (document === undefined) throw await unknownVersion(name, version, reads);
        const changed = changedFiles(document, await checkLocalImages(storedManifest(document), io));
        for (const component of changed) {
          io.err(
            `warning: the file of ${component} holds other code than when ${version} was deployed: that code runs; images in a registry keep theirs\n`,
          );
        }
        if (session.options.output === 'text') {
          io.out(`${name}: ${deployedVersion ?? 'undeployed'} -> ${version}\n`);
        }
        await deployStored(name, version, applications, session, settings);
      });
    });
}

/** What was done with the canary that ran; `undefined` when none did. */
async function endedCanary(name: string, client: ApplicationClient): Promise<string | undefined> {
  try {
    return await client.endCanary(name, 'rollback');
  } catch (error) {
    if (error instanceof ApplicationApiError && ['refused', 'not-found'].includes(error.code))
      return undefined;
    throw error;
  }
}
