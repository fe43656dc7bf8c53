import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { addPlaceOptions, chooseHost, type PlaceOptions } from '../control/choose-host.js';
import { localImage } from '../control/local-image.js';
import { addGlobalOptions } from '../global-options.js';
import { readKeyValues } from '../key-values.js';
import { alsoTakes, repeatedOption } from '../option-forms.js';
import { addStepOptions, carryOutStep, type StepOptions } from './step-options.js';

interface StartProviderOptions extends PlaceOptions, StepOptions {
  readonly config?: readonly string[];
  readonly annotations?: readonly string[];
}

export function addStartProvider(parent: Command, io: CliIo): void {
  const command = addGlobalOptions(parent.command('provider'))
    .description('Start a capability provider on a host that would run it')
    .argument(
      '<image>',
      'the provider: a program, an archive, REGISTRY/NAME:TAG, or wasmcloud+builtin://NAME',
    )
    .argument('<id>', 'id that links know it by')
    .addOption(repeatedOption('--config <name>', 'a config that it reads'))
    .addOption(repeatedOption('--annotations <key=value>', 'an annotation that inventories show'));
  alsoTakes(addStepOptions(addPlaceOptions(command)), '-l, --link-name <name>').action(
    async (given: string, providerId: string, own: StartProviderOptions, self: Command) => {
      const annotations = readKeyValues(own.annotations ?? [], 'the annotation');
      const providerRef = await localImage(given, io);
      await onLattice(self, io, async (lattice) => {
        const host = await chooseHost(lattice, own, `provider ${providerId}`, (constraints, options) =>
          lattice.client.auctionProvider({ providerRef, providerId, constraints }, options),
        );
        await carryOutStep(
          {
            kind: 'start-provider',
            host,
            command: { providerId, providerRef, config: own.config ?? [], annotations },
          },
          lattice,
          own,
          {
            sentence: `started provider ${providerId}`,
            fields: { provider_id: providerId, provider_ref: providerRef },
          },
        );
      });
    },
  );
}
