import type { Command } from 'commander';
import { stringify } from 'yaml';
import { type ApplicationReads, openApplications } from '../applications/applications.js';
import { unknownApplication, unknownVersion } from '../applications/unknown-application.js';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { addGlobalOptions, type OutputFormat } from '../global-options.js';
import { jsonDocument } from '../output/json.js';
import { addWatchOption, type WatchOptions, writeWatched } from '../output/watch.js';
import { listText } from './app-list.js';

export function addAppGet(parent: Command, io: CliIo): void {
  addWatchOption(addGlobalOptions(parent.command('get')))
    .description('Show the manifest of an application')
    .argument('[name]', 'application of the lattice; without one, all are listed, as `app list` does')
    .argument('[version]', 'the newest by default')
    .action(
      async (name: string | undefined, version: string | undefined, own: WatchOptions, command: Command) => {
        await onLattice(command, io, async (session) => {
          const { reads } = await openApplications(session);
          const { output } = session.options;
          await writeWatched(own, io, () =>
            name === undefined ? listText(reads, output) : manifestText(name, version, reads, output),
          );
        });
      },
    );
}

async function manifestText(
  name: string,
  version: string | undefined,
  reads: ApplicationReads,
  output: OutputFormat,
): Promise<string> {
  const document = await reads.get(name, version);
  if (document === undefined) {
    throw version === undefined
      ? await unknownApplication(name, reads)
      : await unknownVersion(name, version, reads);
  }
  return output === 'json' ? jsonDocument(document) : stringify(document, { lineWidth: 0 });
}
