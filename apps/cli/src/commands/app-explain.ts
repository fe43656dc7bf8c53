import { explain, readDocument, readLattice } from '@wasmlattice/applications';
import { closestWord } from '@wasmlattice/provider-host/config-schema';
import type { Command } from 'commander';
import { openApplications } from '../applications/applications.js';
import { knownVersions } from '../applications/unknown-application.js';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { addGlobalOptions } from '../global-options.js';
import { jsonDocument } from '../output/json.js';

export function addAppExplain(parent: Command, io: CliIo): void {
  addGlobalOptions(parent.command('explain'))
    .description('Say why components and providers of an application run where they do, or do not')
    .argument('<name>', 'application of the lattice')
    .argument('[component]', 'one component or provider, as the manifest names it')
    .action(async (name: string, component: string | undefined, _own: unknown, command: Command) => {
      await onLattice(command, io, async (session) => {
        const { client, options } = session;
        const { reads } = await openApplications(session);
        const versions = await knownVersions(name, reads);
        const deployed = versions.find((each) => each.deployed);
        const document = deployed && (await reads.get(name, deployed.version));
        if (document === undefined) {
          throw new CliError(
            `\`${name}\` is not deployed`,
            `deploy it with \`wasmlattice app deploy ${name}\``,
          );
        }
        const lattice = await readLattice(client, { ...options, signal: io.signal });
        const all = explain(readDocument(document).manifest, lattice);
        const asked = all.filter((each) => component === undefined || each.name === component);
        if (asked.length === 0 && component !== undefined) {
          const names = all.map((each) => each.name);
          const meant = closestWord(component, names);
          throw new CliError(
            `\`${name}\` has no component \`${component}\``,
            meant === undefined ? `it has ${names.join(', ')}` : `did you mean \`${meant}\`?`,
          );
        }
        if (options.output === 'json') {
          io.out(jsonDocument(asked));
          return;
        }
        for (const { id, name: each, reasons } of asked) {
          io.out(`${each} (${id})\n`);
          for (const reason of reasons) io.out(`  ${reason}\n`);
        }
      });
    });
}
