import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { onLattice, writeDone } from '../command.js';
import { addGlobalOptions, usageError } from '../global-options.js';

export function addConfigPut(parent: Command, io: CliIo): void {
  addGlobalOptions(parent.command('put'))
    .description('Store a named config, replacing the one of that name')
    .argument('<name>', 'name of the config')
    .argument('[values...]', 'its values, each key=value')
    .action((name: string, values: readonly string[], _options, command: Command) => {
      const config = Object.fromEntries(values.map(readValue));
      return onLattice(command, io, async ({ client, options }) => {
        const message = await client.putConfig(name, config, { signal: io.signal });
        writeDone(io, options.output, `stored config ${name}`, message);
      });
    });
}

function readValue(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw usageError(`the value is \`${text}\``, 'write it as key=value');
  return [text.slice(0, at), text.slice(at + 1)];
}
