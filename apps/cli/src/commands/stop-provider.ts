import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { findProvider } from '../control/find-running.js';
import { addGlobalOptions } from '../global-options.js';
import { addStepOptions, carryOutStep, type StepOptions } from './step-options.js';

interface StopProviderOptions extends StepOptions {
  readonly hostId?: string;
}

export function addStopProvider(parent: Command, io: CliIo): void {
  const command = addGlobalOptions(parent.command('provider'))
    .description('Stop a capability provider')
    .argument('<id>', 'id of the provider')
    .option('--host-id <host>', 'id or name of the host, or the beginning of one');
  addStepOptions(command).action((providerId: string, own: StopProviderOptions, self: Command) =>
    onLattice(self, io, async (lattice) => {
      const { host } = await findProvider(lattice, providerId, own.hostId);
      await carryOutStep({ kind: 'stop-provider', host, providerId }, lattice, own, {
        sentence: `stopped provider ${providerId}`,
        fields: { provider_id: providerId },
      });
    }),
  );
}
