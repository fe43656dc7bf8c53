import type { ComponentDescription } from '@wasmlattice/control-interface';
import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { type LatticeCommand, onLattice } from '../command.js';
import { findComponent, type Running } from '../control/find-running.js';
import { localImage } from '../control/local-image.js';
import { findHost } from '../find-host.js';
import { addGlobalOptions } from '../global-options.js';
import { readKeyValues } from '../key-values.js';
import { repeatedOption } from '../option-forms.js';
import { addStepOptions, carryOutStep, readInstances, type StepOptions } from './step-options.js';

interface ScaleComponentOptions extends StepOptions {
  readonly hostId?: string;
  readonly maxInstances: string;
  readonly allowUpdate?: boolean;
  readonly config?: readonly string[];
  readonly annotations?: readonly string[];
}

export function addScaleComponent(parent: Command, io: CliIo): void {
  const command = addGlobalOptions(parent.command('component'))
    .description('Change how many invocations a running component may run at once')
    .argument('<id|host|image>', 'its id; or, as `wash` has it, its host, its image and its id')
    .argument('[image|id]', 'its image, or, behind an image, its id')
    .argument('[id]', 'its id, behind host and image')
    .requiredOption('-c, --max-instances <count>', 'how many; 0 stops it')
    .option('--host-id <host>', 'id or name of the host, or the beginning of one')
    .addOption(
      repeatedOption('--config <name>', 'a config that it reads from now on (default: those it has)'),
    )
    .addOption(
      repeatedOption('-a, --annotations <key=value>', 'an annotation of the request (default: those it has)'),
    );
  command.option('--allow-update', 'take the code of the image, too, where it is another');
  addStepOptions(command).action(
    async (
      first: string,
      second: string | undefined,
      third: string | undefined,
      own: ScaleComponentOptions,
      self: Command,
    ) => {
      const [given, hostId] = third === undefined ? [first, own.hostId] : [second ?? '', first];
      const componentId = third ?? second ?? first;
      const maxInstances = readInstances(own.maxInstances);
      const image = second === undefined ? undefined : await localImage(given, io);
      const annotations = own.annotations && readKeyValues(own.annotations, 'the annotation');
      await onLattice(self, io, async (lattice) => {
        const { description, host } =
          third === undefined || image === undefined
            ? await findComponent(lattice, componentId, hostId)
            : await componentOn(lattice, componentId, first, image);
        const running = description.imageRef;
        const allowUpdate = own.allowUpdate === true;
        // A host goes on with its code and tells of that, unless it is allowed to take the other.
        const componentRef = allowUpdate ? (image ?? running) : running;
        if (image !== undefined && image !== componentRef) {
          io.err(
            `warning: component ${componentId} goes on with the code of ${running}: give it the other with --allow-update, or \`wasmlattice update component\`\n`,
          );
        }
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
              allowUpdate,
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

/** The component of a host, as if it had been there with no instance where it does not run: scaling starts it. */
async function componentOn(
  lattice: LatticeCommand,
  id: string,
  wanted: string,
  imageRef: string,
): Promise<Running<ComponentDescription>> {
  const { client, io, options } = lattice;
  const found = await findHost(client, wanted, { gatherMs: options.gatherMs, signal: io.signal });
  const { components } = await client.getHostInventory(found.id, { signal: io.signal });
  const none = { id, imageRef, annotations: {}, config: [], revision: 0, maxInstances: 0 };
  const description = components.find((each) => each.id === id) ?? none;
  return { host: { hostId: found.id, friendlyName: found.friendlyName }, description };
}
