import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { tryPort } from '../dev/ports.js';
import { readProject } from '../dev/project.js';
import { runDev } from '../dev/run-dev.js';
import { readWholeNumber } from '../global-options.js';
import { readKeyValues } from '../key-values.js';

interface DevFlags {
  readonly port?: string;
  readonly wadm?: string;
  readonly config: readonly string[];
  readonly build?: string;
  readonly artifact?: string;
  readonly verbose?: boolean;
}

export function addDev(parent: Command, io: CliIo, setExitCode: (code: number) => void): void {
  parent
    .command('dev')
    .description('Build and serve what is in a folder, and again whenever a file is saved, until Ctrl-C')
    .argument('[folder]', 'of a component or provider', '.')
    .option(
      '--port <port>',
      'port on 127.0.0.1 to serve HTTP at, 0 for a free one (default: that of the manifest, else 8000)',
    )
    .option('--wadm <file>', 'application manifest with links and configs (default: wadm.yaml of the folder)')
    .option(
      '--config <key=value>',
      'config of the component, besides that of the manifest; repeatable',
      collect,
      [],
    )
    .option('--build <command>', 'how the component is built, for languages other than TypeScript')
    .option('--artifact <file>', 'the component that --build leaves, from the folder')
    .option('--verbose', 'show all that the host logs')
    .action(async (given: string, flags: DevFlags) => {
      const { artifact, build, config, port, verbose = false, wadm } = flags;
      const manifest = wadm === undefined ? undefined : resolve(io.cwd, wadm);
      const project = await readProject(resolve(io.cwd, given), { build, artifact, manifest });
      setExitCode(
        await runDev(
          { project, verbose, config: readKeyValues(config, '--config'), port: await readPort(port) },
          io,
        ),
      );
    });
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

async function readPort(text: string | undefined): Promise<number | undefined> {
  if (text === undefined) return undefined;
  const port = readWholeNumber(text, '--port', 0, 65_535);
  return port === 0 ? await tryPort('127.0.0.1', 0) : port;
}
