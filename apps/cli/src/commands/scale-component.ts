import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { findComponent } from '../control/find-running.js';
import { localImage } from '../control/local-image.js';
import { addGlobalOptions } from '../global-options.js';
import { readKeyValues } from '../key-values.js';
import { addStepOptions, carryOutStep, readInstances, type StepOptions } from './step-options.js';

interface ScaleComponentOptions extends StepOptions {
  readonly hostId?: string;
  readonly maxInstances: string;
  readonly config?: readonly string[];
  readonly annotations?: readonly string[];
}

export function addScaleComponent(parent: Command, io: CliIo): void {
  const command = addGlobalOptions(parent.command('component'))
    .description('Change how many invocations a running component may run at once')
    .argument('<image-or-id>', 'its image, followed by its id, as `wash` has it; or its id alone')
    .argument('[id]', 'its id')
    .requiredOption('--max-instances <count>', 'how many; 0 stops it')
    .option('--host-id <host>', 'id or name of the host, or the beginning of one')
    .option('--config <names...>', 'configs that it reads from now on (default: those it has)')
    .option('--annotations <key=value...>', 'annotations of the request (default: those it has)');
  addStepOptions(command).action(
    async (first: string, second: string | undefined, own: ScaleComponentOptions, self: Command) => {
      const componentId = second ?? first;
      const maxInstances = readInstances(own.maxInstances);
      const image = second === undefined ? undefined : await localImage(first, io);
      const annotations = own.annotations && readKeyValues(own.annotations, 'the annotation');
      await onLattice(self, io, async (lattice) => {
        const { description, host } = await findComponent(lattice, componentId, own.hostId);
        const componentRef = image ?? description.imageRef;
        const config = own.config ?? description.config;
        if (config === undefined) {
          io.err(
            'warning: the host does not tell which configs the component has; it will have none: name them with --config\n',
          );
        }
        await carryOutStep(
          {
            kind: 'scale-component',
            host,
            command: {
              componentId,
              componentRef,
              maxInstances,
              config: config ?? [],
              annotations: annotations ?? description.annotations,
            },
          },
          lattice,
          own,
          {
            sentence: `scaled component ${componentId} to ${maxInstances}`,
            fields: {
              component_id: componentId,
              component_ref: componentRef,
              max_instances: maxInstances,
            },
          },
        );
      });
    },
  );
}
