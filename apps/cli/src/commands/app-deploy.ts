import type { Command } from 'commander';
import { warnOfAbsentConfigs } from '../applications/absent-configs.js';
import {
  type ManifestFile,
  manifestArgument,
  readFileOrName,
  storedManifest,
} from '../applications/application-source.js';
import { type Applications, openApplications } from '../applications/applications.js';
import { type CanaryOptions, readCanaryTerms } from '../applications/canary-terms.js';
import { deployDirectly } from '../applications/deploy-directly.js';
import { deployServed, deployVersionServed, type ServedSettings } from '../applications/deploy-served.js';
import { checkLocalImages, withDigests } from '../applications/local-images.js';
import { unknownApplication, unknownVersion } from '../applications/unknown-application.js';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { type LatticeCommand, onLattice } from '../command.js';
import { usageError } from '../global-options.js';
import { addChangeOptions, type ChangeOptions, readChangeOptions } from './application-options.js';

export function addAppDeploy(parent: Command, io: CliIo): void {
  addChangeOptions(parent.command('deploy'))
    .description('Bring the lattice to the state of an application, and wait until it is')
    .argument('[file|name]', `${manifestArgument}, or an application of the lattice`, '-')
    .argument('[version]', 'of an application of the lattice; the newest by default')
    .option(
      '--replace',
      'as it does anyway: a version that was put with other content gets a name of its own',
    )
    .option('--canary <share>', 'run it beside the deployed version for a part of the calls, as in 10%')
    .option('--for <time>', 'how long a canary is watched before it takes over, as in 30s or 5m; default 5m')
    .option(
      '--max-error-rate <rate>',
      'by how much a canary may fail more often than the deployed version before it is rolled back; default 1%',
    )
    .action(async (argument: string, version: string | undefined, own: DeployOptions, command: Command) => {
      const settings = { ...readChangeOptions(own), canary: readCanaryTerms(own) };
      const source = await readFileOrName(argument, io);
      if (source.kind === 'file' && version !== undefined) {
        throw usageError('a file has one version, its own', 'name an application, or leave the version out');
      }
      const digests = source.kind === 'file' ? await checkLocalImages(source, io) : new Map();
      await onLattice(command, io, async (session) => {
        const applications = await openApplications(session);
        if (settings.canary !== undefined && applications.kind === 'direct') {
          throw new CliError(
            'nobody keeps the applications of this lattice, who would watch a canary',
            'start a host with --reconcile true, or deploy without --canary',
          );
        }
        if (source.kind === 'name') {
          await deployStored(source.name, version, applications, session, settings);
        } else {
          await deployFile(source, digests, applications, session, settings);
        }
      });
    });
}

type DeployOptions = ChangeOptions & CanaryOptions;

async function deployFile(
  source: ManifestFile,
  digests: ReadonlyMap<string, string>,
  applications: Applications,
  session: LatticeCommand,
  settings: ServedSettings,
): Promise<void> {
  const document = withDigests(source.document, digests);
  await warnOfAbsentConfigs(source.manifest, session.client, session.io);
  if (applications.kind === 'served') await deployServed(document, applications.client, session, settings);
  else await deployDirectly({ source, document, digests }, applications, session, settings);
}

/** Deploys a version that the lattice has. */
export async function deployStored(
  name: string,
  version: string | undefined,
  applications: Applications,
  session: LatticeCommand,
  settings: ServedSettings,
): Promise<void> {
  const { reads } = applications;
  const document = await reads.get(name, version);
  if (document === undefined) {
    throw version === undefined
      ? await unknownApplication(name, reads)
      : await unknownVersion(name, version, reads);
  }
  const source = storedManifest(document);
  await warnOfAbsentConfigs(source.manifest, session.client, session.io);
  if (applications.kind === 'served') {
    await deployVersionServed(document, version, applications.client, session, settings);
  } else {
    const digests = await checkLocalImages(source, session.io);
    await deployDirectly({ source, document, digests }, applications, session, settings);
  }
}
