import type { Command } from 'commander';
import { Option } from 'commander';
import type { ServedSettings } from '../applications/deploy-served.js';
import type { CliIo } from '../cli-io.js';
import { addGlobalOptions, readWholeNumber } from '../global-options.js';

/** The options of commands that look at applications, as commander hands them over. */
export interface ApplicationOptions {
  readonly jsDomain?: string;
}

/** And of those that change them. */
export interface ChangeOptions extends ApplicationOptions {
  readonly waitMs: string;
  readonly wait: boolean;
  readonly dryRun?: boolean;
}

export function addApplicationOptions(command: Command): Command {
  return addGlobalOptions(command).addOption(
    new Option(
      '--js-domain <domain>',
      'JetStream domain of the lattice data [WASMCLOUD_JS_DOMAIN]',
    ).helpGroup('Lattice options:'),
  );
}

export function addChangeOptions(command: Command): Command {
  return addApplicationOptions(command)
    .option('--wait-ms <ms>', 'how long one step may take, such as compiling a component', '120000')
    .option('--no-wait', 'where a host or a wadm carries it out: do not wait until it is')
    .option('--dry-run', 'show what would be done, change nothing');
}

export function jsDomainOf({ jsDomain }: ApplicationOptions, io: CliIo): string | undefined {
  const text = jsDomain ?? io.env.WASMCLOUD_JS_DOMAIN;
  return text === '' ? undefined : text;
}

export function readChangeOptions({ dryRun = false, wait, waitMs }: ChangeOptions): ServedSettings {
  return { dryRun, wait, waitMs: readWholeNumber(waitMs, '--wait-ms', 1, 2 ** 31 - 1) };
}
