import { readComponentToken } from '@wasmlattice/identity';
import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { exitCodes } from '../exit-codes.js';
import { readGlobalOptions } from '../global-options.js';
import { jsonDocument } from '../output/json.js';
import { componentReport, reportText } from '../output/token-text.js';
import { addOutputOption } from '../output-option.js';
import { readNamedFile } from '../read-file.js';

/** `setExitCode` takes {@link exitCodes.failure} for a token that does not count. */
export function addClaimsInspect(parent: Command, io: CliIo, setExitCode: (code: number) => void): void {
  addOutputOption(parent.command('inspect'))
    .description('Show what the token in a component says, and whether it counts')
    .argument('<file>', 'a signed component')
    .option('--jwt-only', 'print the token alone')
    .action(async (file: string, { jwtOnly }: { readonly jwtOnly?: boolean }, command: Command) => {
      const { output } = readGlobalOptions(command, io);
      const token = await readComponentToken(await readNamedFile(io, file));
      if (token === undefined) {
        throw new CliError(
          `nobody signed the component \`${file}\``,
          'sign it with `wasmlattice claims sign`',
        );
      }
      const report = componentReport(token, Date.now());
      if (jwtOnly === true) {
        io.out(output === 'json' ? jsonDocument({ success: true, token: token.text }) : `${token.text}\n`);
      } else {
        io.out(output === 'json' ? jsonDocument({ success: true, ...report.fields }) : reportText(report));
      }
      if (report.problem !== undefined) setExitCode(exitCodes.failure);
    });
}
