import type { Host } from '@wasmlattice/control-interface';
import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { onLattice, writeDone } from '../command.js';
import { findHost } from '../find-host.js';
import { addGlobalOptions, usageError } from '../global-options.js';
import { readKeyValues } from '../key-values.js';

export function addLabel(program: Command, io: CliIo): void {
  addGlobalOptions(program.command('label'))
    .description('Give labels to a host, or take them away; placement looks at them')
    .argument('<host>', 'id or name of the host, or the beginning of one')
    .argument('<labels...>', 'labels, each key=value; with --delete, each a key')
    .option('--delete', 'take them away')
    .action(
      (wanted: string, given: readonly string[], own: { readonly delete?: boolean }, command: Command) => {
        // `wash` takes several in one word, too.
        const texts = given.flatMap((text) => text.split(','));
        const isDeletion = own.delete === true;
        const labels = isDeletion ? readKeys(texts) : readKeyValues(texts, 'the label');
        return onLattice(command, io, async ({ client, options }) => {
          const { signal } = io;
          const host = await findHost(client, wanted, { gatherMs: options.gatherMs, signal });
          if (isDeletion) mustHave(host, Object.keys(labels));
          let message = '';
          for (const [key, value] of Object.entries(labels)) {
            message = isDeletion
              ? await client.deleteLabel(host.id, { key }, { signal })
              : await client.putLabel(host.id, { key, value }, { signal });
          }
          const what = isDeletion ? 'took labels from' : 'labelled';
          writeDone(
            io,
            options.output,
            `${what} host ${host.friendlyName} (${host.id}): ${texts.join(', ')}`,
            message,
          );
        });
      },
    );
}

/** @throws CliError for a label that the host does not have */
function mustHave({ friendlyName, labels }: Host, keys: readonly string[]): void {
  const unknown = keys.find((key) => labels[key] === undefined);
  if (unknown === undefined) return;
  throw new CliError(
    `host ${friendlyName} has no label \`${unknown}\`: none was taken away`,
    `it has ${Object.keys(labels).sort().join(', ') || 'none'}`,
  );
}

/** `wash` takes a label with its value, too, where it is deleted. */
function readKeys(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const key = text.split('=', 1)[0] ?? '';
      if (key === '') throw usageError(`the label is \`${text}\``, 'write its key');
      return [key, ''];
    }),
  );
}
