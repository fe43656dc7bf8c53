import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { readGlobalOptions } from '../global-options.js';
import { openKeyFolder } from '../keys/key-folder.js';
import { jsonDocument } from '../output/json.js';
import { addOutputOption } from '../output-option.js';

export function addKeysList(parent: Command, io: CliIo): void {
  addOutputOption(parent.command('list'))
    .description('List the keys of a folder by their names')
    .option('-d, --directory <dir>', 'folder of keys [WASH_KEYS] (default: that of wash)')
    .action(async ({ directory }: { readonly directory?: string }, command: Command) => {
      const { output } = readGlobalOptions(command, io);
      const folder = openKeyFolder(io, directory);
      const keys = await folder.names();
      io.out(
        output === 'json'
          ? jsonDocument({ success: true, keys })
          : [`====== Keys found in ${folder.path} ======`, ...keys, ''].join('\n'),
      );
    });
}
