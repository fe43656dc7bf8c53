import type { Command } from 'commander';
import { type ManifestFile, readFileOrName, storedManifest } from '../applications/application-source.js';
import { type Applications, openApplications } from '../applications/applications.js';
import { deployDirectly } from '../applications/deploy-directly.js';
import { deployServed, deployVersionServed, type ServedSettings } from '../applications/deploy-served.js';
import { checkLocalImages, withDigests } from '../applications/local-images.js';
import { unknownApplication, unknownVersion } from '../applications/unknown-application.js';
import type { CliIo } from '../cli-io.js';
import { type LatticeCommand, onLattice } from '../command.js';
import { usageError } from '../global-options.js';
import {
  addChangeOptions,
  type ChangeOptions,
  jsDomainOf,
  readChangeOptions,
} from './application-options.js';

export function addAppDeploy(parent: Command, io: CliIo): void {
  addChangeOptions(parent.command('deploy'))
    .description('Bring the lattice to the state of an application, and wait until it is')
    .argument('<file|name>', 'manifest in wadm format (YAML or JSON), or an application of the lattice')
    .argument('[version]', 'of an application of the lattice; the newest by default')
    .action(async (argument: string, version: string | undefined, own: ChangeOptions, command: Command) => {
      const settings = readChangeOptions(own);
      const source = await readFileOrName(argument, io);
      if (source.kind === 'file' && version !== undefined) {
        throw usageError('a file has one version, its own', 'name an application, or leave the version out');
      }
      const digests = source.kind === 'file' ? await checkLocalImages(source, io) : new Map();
      await onLattice(command, io, async (session) => {
        const applications = await openApplications(session, jsDomainOf(own, io));
        if (source.kind === 'name') {
          await deployStored(source.name, version, applications, session, settings);
        } else {
          await deployFile(source, digests, applications, session, settings);
        }
      });
    });
}

async function deployFile(
  source: ManifestFile,
  digests: ReadonlyMap<string, string>,
  applications: Applications,
  session: LatticeCommand,
  settings: ServedSettings,
): Promise<void> {
  const document = withDigests(source.document, digests);
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
  if (applications.kind === 'served') {
    await deployVersionServed(document, version, applications.client, session, settings);
  } else {
    const digests = await checkLocalImages(source, session.io);
    await deployDirectly({ source, document, digests }, applications, session, settings);
  }
}
