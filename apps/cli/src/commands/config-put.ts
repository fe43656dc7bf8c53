import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { onLattice, writeDone } from '../command.js';
import { addGlobalOptions } from '../global-options.js';
import { readKeyValues } from '../key-values.js';

export function addConfigPut(parent: Command, io: CliIo): void {
  addGlobalOptions(parent.command('put'))
    .description('Store a named config, replacing the one of that name')
    .argument('<name>', 'name of the config')
    .argument('<values...>', 'its values, each key=value')
    .action((name: string, values: readonly string[], _options, command: Command) => {
      const config = readKeyValues(values, 'the value');
      return onLattice(command, io, async ({ client, options }) => {
        const message = await client.putConfig(name, config, { signal: io.signal });
        writeDone(io, options.output, `stored config ${name}`, message);
      });
    });
}
