import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { hostFlags } from '../global-options.js';
import { serveHostDashboard } from './host-dashboard.js';

const dashboardFlag = '--ui';

/** `setExitCode` takes the exit code of the host, which becomes that of this program. */
export function addUp(parent: Command, io: CliIo, setExitCode: (code: number) => void): void {
  parent
    .command('up')
    .description(
      'Run a host in the foreground, in development mode, with --ui and a dashboard; other flags after `up` are those of wasmlattice-host (`up --help`)',
    )
    .usage('[--ui] [flags of wasmlattice-host]')
    .argument('[flags...]')
    // All that follows goes to the host, --help included.
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false)
    .action(async (flags: readonly string[], _options, command: Command) => {
      const own = flags.filter((flag) => flag !== dashboardFlag);
      const ended = new AbortController();
      const dashboard =
        own.length < flags.length
          ? serveHostDashboard(own, command, io, AbortSignal.any([io.signal, ended.signal]))
          : undefined;
      try {
        setExitCode(await io.runHost([...hostFlags(command), ...own]));
      } finally {
        ended.abort();
        await dashboard;
      }
    });
}
