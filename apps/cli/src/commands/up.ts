import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { hostFlags } from '../global-options.js';

/** `setExitCode` takes the exit code of the host, which becomes that of this program. */
export function addUp(parent: Command, io: CliIo, setExitCode: (code: number) => void): void {
  parent
    .command('up')
    .description(
      'Run a host in the foreground, in development mode; flags after `up` are those of wasmlattice-host (`up --help`)',
    )
    .usage('[flags of wasmlattice-host]')
    .argument('[flags...]')
    // All that follows goes to the host, --help included.
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false)
    .action(async (flags: readonly string[], _options, command: Command) => {
      setExitCode(await io.runHost([...hostFlags(command), ...flags]));
    });
}
