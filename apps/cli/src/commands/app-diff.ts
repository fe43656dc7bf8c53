import {
  configsOfPlan,
  describeStep,
  type Manifest,
  type ManifestDocument,
  planDeploy,
  readDocument,
  readLattice,
  statusInLattice,
} from '@wasmlattice/applications';
import type { Command } from 'commander';
import { readManifestFile } from '../applications/application-source.js';
import { type Applications, openApplications } from '../applications/applications.js';
import { recall } from '../applications/deploy-directly.js';
import { checkLocalImages, withDigests } from '../applications/local-images.js';
import { writeDifferences } from '../applications/write-differences.js';
import type { CliIo } from '../cli-io.js';
import { type LatticeCommand, onLattice } from '../command.js';
import { addGlobalOptions } from '../global-options.js';
import { jsonLine } from '../output/json.js';

export function addAppDiff(parent: Command, io: CliIo): void {
  addGlobalOptions(parent.command('diff'))
    .description('Show what a manifest changes against the deployed version, and against what runs')
    .argument('<file>', 'manifest in wadm format (YAML or JSON)')
    .action(async (file: string, _own: unknown, command: Command) => {
      const source = await readManifestFile(file, io);
      const digests = await checkLocalImages(source, io);
      await onLattice(command, io, async (session) => {
        const isText = session.options.output === 'text';
        const applications = await openApplications(session);
        const document = withDigests(source.document, digests);
        const { manifest } = readDocument(document);
        const before = await deployedOf(manifest.name, applications);
        if (isText) {
          io.out(
            before === undefined
              ? `${manifest.name} is not deployed\n`
              : `${manifest.name}: version ${before.metadata.annotations.version} is deployed\n`,
          );
        }
        writeDifferences(before && readDocument(before).manifest, manifest, session);
        const left = await leftToDo(manifest, digests, applications, session);
        if (isText)
          io.out(left.length === 0 ? 'what runs is as the manifest says\n' : 'against what runs:\n');
        for (const line of left) io.out(isText ? `  ${line}\n` : jsonLine({ kind: 'to-do', line }));
      });
    });
}

async function deployedOf(name: string, { reads }: Applications): Promise<ManifestDocument | undefined> {
  const deployed = (await reads.versions(name))?.find((each) => each.deployed);
  return deployed && (await reads.get(name, deployed.version));
}

/** What a deployment would do; where others carry it out, what is not there yet. */
async function leftToDo(
  manifest: Manifest,
  digests: ReadonlyMap<string, string>,
  applications: Applications,
  { client, io, options }: LatticeCommand,
): Promise<readonly string[]> {
  if (applications.kind === 'served') {
    const lattice = await readLattice(client, { ...options, signal: io.signal });
    return statusInLattice(manifest, lattice).scalers.flatMap(({ name, status }) =>
      status.type === 'deployed' ? [] : [`${name}: ${status.message}`],
    );
  }
  const memory = (await recall(applications.store, manifest.name, io))?.memory;
  const lattice = await readLattice(client, {
    ...options,
    configs: configsOfPlan(manifest, memory),
    signal: io.signal,
  });
  return planDeploy(manifest, '/', lattice, { digests, memory })
    .steps.filter(({ kind }) => kind !== 'keep-provider')
    .map(describeStep);
}
