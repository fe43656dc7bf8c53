import { runsOnOurs } from '@wasmlattice/applications';
import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { findComponent } from '../control/find-running.js';
import { localImage } from '../control/local-image.js';
import { addGlobalOptions } from '../global-options.js';
import { addStepOptions, carryOutStep, type StepOptions } from './step-options.js';

interface UpdateComponentOptions extends StepOptions {
  readonly hostId?: string;
}

export function addUpdateComponent(parent: Command, io: CliIo): void {
  const command = addGlobalOptions(parent.command('component'))
    .description('Replace the code of a running component; no request is lost')
    .argument('<id>', 'id of the component')
    .argument('<image>', 'the new code: a file, or REGISTRY/NAME:TAG')
    .option('--host-id <host>', 'id or name of the host, or the beginning of one');
  addStepOptions(command).action(
    async (componentId: string, given: string, own: UpdateComponentOptions, self: Command) => {
      const newComponentRef = await localImage(given, io);
      await onLattice(self, io, async (lattice) => {
        const { description, host } = await findComponent(lattice, componentId, own.hostId);
        const { annotations } = description;
        await carryOutStep(
          { kind: 'update-component', host, command: { componentId, newComponentRef, annotations } },
          lattice,
          own,
          {
            sentence: `updated component ${componentId} from ${description.imageRef} to ${newComponentRef}`,
            fields: { component_id: componentId, component_ref: newComponentRef },
          },
        );
        if (!runsOnOurs(description)) {
          io.err(
            `note: ${host.friendlyName} is a host of wasmCloud, which may go on to answer with the code from before until it stops; to start a component with other code, stop it first\n`,
          );
        }
      });
    },
  );
}
