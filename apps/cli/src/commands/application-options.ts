import type { Command } from 'commander';
import type { ServedSettings } from '../applications/deploy-served.js';
import { addGlobalOptions, readWholeNumber } from '../global-options.js';

/** The options of commands that change applications, as commander hands them over. */
export interface ChangeOptions {
  readonly waitMs: string;
  readonly wait: boolean;
  readonly dryRun?: boolean;
}

export function addChangeOptions(command: Command): Command {
  return addGlobalOptions(command)
    .option('--wait-ms <ms>', 'how long one step may take, such as compiling a component', '120000')
    .option('--no-wait', 'where a host or a wadm carries it out: do not wait until it is')
    .option('--dry-run', 'show what would be done, change nothing');
}

export function readChangeOptions({ dryRun = false, wait, waitMs }: ChangeOptions): ServedSettings {
  return { dryRun, wait, waitMs: readWholeNumber(waitMs, '--wait-ms', 1, 2 ** 31 - 1) };
}
