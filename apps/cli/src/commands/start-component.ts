import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { addPlaceOptions, chooseHost, type PlaceOptions } from '../control/choose-host.js';
import { localImage } from '../control/local-image.js';
import { addGlobalOptions } from '../global-options.js';
import { readKeyValues } from '../key-values.js';
import { alsoTakes, repeatedOption } from '../option-forms.js';
import { addStepOptions, carryOutStep, readInstances, type StepOptions } from './step-options.js';

interface StartComponentOptions extends PlaceOptions, StepOptions {
  readonly maxInstances: string;
  readonly config?: readonly string[];
  readonly annotations?: readonly string[];
}

export function addStartComponent(parent: Command, io: CliIo): void {
  const command = addGlobalOptions(parent.command('component'))
    .description('Start a component on a host that would run it')
    .argument('<image>', 'the component: a file, or REGISTRY/NAME:TAG')
    .argument('<id>', 'id that links and calls know it by')
    .option('--max-instances <count>', 'how many invocations it may run at once', '1')
    .addOption(repeatedOption('--config <name>', 'a config that it reads'))
    .addOption(repeatedOption('--annotations <key=value>', 'an annotation that inventories show'));
  // The image of what runs is changed by `update`, also for `wash`, whose host refuses to start one twice.
  alsoTakes(addStepOptions(addPlaceOptions(command)), '--allow-update').action(
    async (given: string, componentId: string, own: StartComponentOptions, self: Command) => {
      const maxInstances = readInstances(own.maxInstances);
      const annotations = readKeyValues(own.annotations ?? [], 'the annotation');
      const componentRef = await localImage(given, io);
      await onLattice(self, io, async (lattice) => {
        const host = await chooseHost(lattice, own, `component ${componentId}`, (constraints, options) =>
          lattice.client.auctionComponent({ componentRef, componentId, constraints }, options),
        );
        const config = own.config ?? [];
        await carryOutStep(
          {
            kind: 'scale-component',
            host,
            command: { componentId, componentRef, maxInstances, config, annotations },
          },
          lattice,
          own,
          {
            sentence: `started component ${componentId}`,
            fields: { component_id: componentId, component_ref: componentRef },
          },
        );
      });
    },
  );
}
