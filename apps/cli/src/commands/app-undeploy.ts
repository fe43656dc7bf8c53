import { planUndeploy, readLattice } from '@wasmlattice/applications';
import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { addGlobalOptions } from '../global-options.js';
import type { ApplicationOptions } from './application.js';
import { addApplicationOptions, carryOut, readApplicationOptions, readManifest } from './application.js';

export function addAppUndeploy(parent: Command, io: CliIo): void {
  addApplicationOptions(addGlobalOptions(parent.command('undeploy')))
    .description('Remove what an application manifest describes: links, components, providers, configs')
    .argument('<file>', 'application manifest in wadm format (YAML or JSON)')
    .action(async (file: string, own: ApplicationOptions, command: Command) => {
      const settings = readApplicationOptions(own);
      const { manifest } = await readManifest(file, io);
      await onLattice(command, io, async (session) => {
        const lattice = await readLattice(session.client, { ...session.options, signal: io.signal });
        await carryOut(planUndeploy(manifest, lattice), session, settings, `undeployed ${manifest.name}`);
      });
    });
}
