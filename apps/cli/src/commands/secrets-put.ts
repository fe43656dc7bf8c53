import { referenceToConfig, secretConfigKey } from '@wasmlattice/secrets';
import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { onLattice, writeDone } from '../command.js';
import { addGlobalOptions, usageError } from '../global-options.js';

interface PutOptions {
  readonly field?: string;
  readonly version?: string;
  readonly property: readonly string[];
}

export function addSecretsPut(parent: Command, io: CliIo): void {
  addGlobalOptions(parent.command('put'))
    .description(
      'Store a reference to a secret, by which components, providers and links name it; no value goes into it',
    )
    .argument('<name>', 'name of the reference, and the name by which a workload asks for the secret')
    .argument('<backend>', 'backend that has the secret')
    .argument('<key>', 'what the backend calls it')
    .option('--field <field>', 'a part of the secret')
    .option('-v, --version <version>', 'version of the secret (default: the newest)')
    .option('--property <key=value>', 'for the policy of the backend, repeatable', collect, [])
    .action((name: string, backend: string, key: string, options: PutOptions, command: Command) => {
      const properties = Object.fromEntries(options.property.map(readProperty));
      const { field, version } = options;
      const config = referenceToConfig({ name, backend, key, field, version, properties });
      return onLattice(command, io, async ({ client, options: { output } }) => {
        const message = await client.putConfig(secretConfigKey(name), config, { signal: io.signal });
        writeDone(io, output, `stored reference ${secretConfigKey(name)}`, message);
      });
    });
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function readProperty(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw usageError(`the property is \`${text}\``, 'write it as key=value');
  return [text.slice(0, at), text.slice(at + 1)];
}
