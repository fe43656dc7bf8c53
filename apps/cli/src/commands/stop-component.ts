import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { findComponent } from '../control/find-running.js';
import { addGlobalOptions } from '../global-options.js';
import { addStepOptions, carryOutStep, type StepOptions } from './step-options.js';

interface StopComponentOptions extends StepOptions {
  readonly hostId?: string;
}

export function addStopComponent(parent: Command, io: CliIo): void {
  const command = addGlobalOptions(parent.command('component'))
    .description('Stop a component; what it answers at the time ends first')
    .argument('<id>', 'id of the component')
    .option('--host-id <host>', 'id or name of the host, or the beginning of one');
  addStepOptions(command).action((componentId: string, own: StopComponentOptions, self: Command) =>
    onLattice(self, io, async (lattice) => {
      const { description, host } = await findComponent(lattice, componentId, own.hostId);
      const { annotations, imageRef } = description;
      await carryOutStep(
        {
          kind: 'scale-component',
          host,
          command: { componentId, componentRef: imageRef, maxInstances: 0, annotations },
        },
        lattice,
        own,
        { sentence: `stopped component ${componentId}`, fields: { component_id: componentId } },
      );
    }),
  );
}
