import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { readGlobalOptions } from '../global-options.js';
import { openKeyFolder } from '../keys/key-folder.js';
import { jsonDocument } from '../output/json.js';
import { addOutputOption } from '../output-option.js';

export function addKeysGet(parent: Command, io: CliIo): void {
  addOutputOption(parent.command('get'))
    .description('Print the seed of a key')
    .argument('<name>', 'name of the key, as `keys list` tells it')
    .option('-d, --directory <dir>', 'folder of keys [WASH_KEYS] (default: that of wash)')
    .action(async (name: string, { directory }: { readonly directory?: string }, command: Command) => {
      const { output } = readGlobalOptions(command, io);
      const folder = openKeyFolder(io, directory);
      const seed = await folder.read(name);
      if (seed === undefined) {
        throw new CliError(
          `Key ${name} doesn't exist in ${folder.path}`,
          'list the keys with `wasmlattice keys list`; name another folder with --directory',
        );
      }
      io.out(output === 'json' ? jsonDocument({ success: true, seed }) : `${seed}\n`);
    });
}
