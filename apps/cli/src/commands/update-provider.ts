import { shownProviderReference } from '@wasmlattice/applications';
import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { findProvider } from '../control/find-running.js';
import { localImage } from '../control/local-image.js';
import { addGlobalOptions } from '../global-options.js';
import { readKeyValues } from '../key-values.js';
import { repeatedOption } from '../option-forms.js';
import { addStepOptions, carryOutStep, type StepOptions } from './step-options.js';

interface UpdateProviderOptions extends StepOptions {
  readonly hostId?: string;
  readonly config?: readonly string[];
  readonly annotations?: readonly string[];
}

export function addUpdateProvider(parent: Command, io: CliIo): void {
  const command = addGlobalOptions(parent.command('provider'))
    .description('Replace a running provider: another process takes its place once that serves')
    .argument('<id>', 'id of the provider')
    .argument('<image>', 'the new program, or the same where it was built again: as for `start provider`')
    .option('--host-id <host>', 'id or name of the host, or the beginning of one')
    .addOption(
      repeatedOption('--config <name>', 'a config that it reads from now on (default: those it has)'),
    )
    .addOption(
      repeatedOption(
        '--annotations <key=value>',
        'an annotation that inventories show (default: those it has)',
      ),
    );
  addStepOptions(command).action(
    async (providerId: string, given: string, own: UpdateProviderOptions, self: Command) => {
      const annotations = own.annotations && readKeyValues(own.annotations, 'the annotation');
      const providerRef = await localImage(given, io);
      await onLattice(self, io, async (lattice) => {
        const { description, host } = await findProvider(lattice, providerId, own.hostId);
        const [before, after] = [description.imageRef, shownProviderReference(providerRef)];
        const config = own.config ?? description.config;
        if (config === undefined) {
          io.err(
            'warning: the host does not tell which configs the provider has; it will have none: name them with --config\n',
          );
        }
        await carryOutStep(
          {
            kind: 'replace-provider',
            host,
            command: {
              providerId,
              providerRef,
              config: config ?? [],
              annotations: annotations ?? description.annotations,
            },
          },
          lattice,
          own,
          {
            sentence:
              before === after
                ? `updated provider ${providerId}, which is ${after} still,`
                : `updated provider ${providerId} from ${before} to ${after}`,
            fields: { provider_id: providerId, provider_ref: providerRef },
          },
        );
      });
    },
  );
}
