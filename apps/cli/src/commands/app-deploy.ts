import { access } from 'node:fs/promises';
import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { checkServing } from '../deploy/check-serving.js';
import { resolveImage } from '../deploy/image-reference.js';
import { readLattice } from '../deploy/lattice-view.js';
import { planDeploy } from '../deploy/plan-deploy.js';
import { exitCodes } from '../exit-codes.js';
import { addGlobalOptions } from '../global-options.js';
import type { Manifest } from '../manifest/manifest.js';
import type { ApplicationOptions } from './application.js';
import { addApplicationOptions, carryOut, readApplicationOptions, readManifest } from './application.js';

export function addAppDeploy(parent: Command, io: CliIo): void {
  addApplicationOptions(addGlobalOptions(parent.command('deploy')))
    .description('Bring the lattice to the state an application manifest describes, and wait until it is')
    .argument('<file>', 'application manifest in wadm format (YAML or JSON)')
    .action(async (file: string, own: ApplicationOptions, command: Command) => {
      const settings = readApplicationOptions(own);
      const { folder, manifest } = await readManifest(file, io);
      await requireLocalImages(manifest, folder);
      await onLattice(command, io, async (session) => {
        const lattice = await readLattice(session.client, { ...session.options, signal: io.signal });
        const plan = planDeploy(manifest, folder, lattice);
        await carryOut(plan, session, settings, `deployed ${manifest.name}`, () =>
          checkServing(plan, {
            client: session.client,
            hostIds: lattice.hosts.map(({ hostId }) => hostId),
            requestTimeoutMs: session.options.timeoutMs,
            outcomeTimeoutMs: settings.waitMs,
            signal: io.signal,
          }),
        );
      });
    });
}

/** A missing file is told before anything is changed, and with the way it was written. */
async function requireLocalImages(manifest: Manifest, folder: string): Promise<void> {
  for (const { name, source } of manifest.components) {
    if (source.kind !== 'image') continue;
    const { localFile } = resolveImage(source.image, folder);
    if (localFile === undefined) continue;
    try {
      await access(localFile);
    } catch (cause) {
      throw new CliError(
        `the image of \`${name}\`, ${source.image}, is not there: ${localFile}`,
        'build it first, or correct `properties.image`',
        { cause, exitCode: exitCodes.usage },
      );
    }
  }
}
