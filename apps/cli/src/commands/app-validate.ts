import type { Command } from 'commander';
import { readManifestFile } from '../applications/application-source.js';
import { checkLocalImages } from '../applications/local-images.js';
import type { CliIo } from '../cli-io.js';
import { jsonDocument } from '../output/json.js';
import { addOutputOption } from '../output-option.js';

export function addAppValidate(parent: Command, io: CliIo): void {
  addOutputOption(parent.command('validate'))
    .description('Check a manifest, and the local images that it names, without a lattice')
    .argument('<file>', 'manifest in wadm format (YAML or JSON)')
    .action(async (file: string, _own: unknown, command: Command) => {
      const source = await readManifestFile(file, io);
      await checkLocalImages(source, io);
      const isJson = command.optsWithGlobals().output === 'json';
      io.out(isJson ? jsonDocument({ success: true, valid: true }) : 'manifest is valid\n');
    });
}
