import { readProviderArchive } from '@wasmlattice/artifacts';
import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { exitCodes } from '../exit-codes.js';
import { readGlobalOptions } from '../global-options.js';
import { jsonDocument } from '../output/json.js';
import { providerReport, reportText } from '../output/token-text.js';
import { addOutputOption } from '../output-option.js';
import { readNamedFile } from '../read-file.js';

/** `setExitCode` takes {@link exitCodes.failure} for a token that does not count. */
export function addParInspect(parent: Command, io: CliIo, setExitCode: (code: number) => void): void {
  addOutputOption(parent.command('inspect'))
    .description('Show what a provider archive holds and what its token says, and whether it counts')
    .argument('<archive>', 'a provider archive')
    .action(async (file: string, _options, command: Command) => {
      const { output } = readGlobalOptions(command, io);
      const { token, programs } = await readProviderArchive([await readNamedFile(io, file)]);
      const report = providerReport(token, [...programs.keys()].sort(), Date.now());
      io.out(output === 'json' ? jsonDocument({ success: true, ...report.fields }) : reportText(report));
      if (report.problem !== undefined) setExitCode(exitCodes.failure);
    });
}
