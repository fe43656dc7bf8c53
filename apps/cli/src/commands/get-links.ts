import type { Link } from '@wasmlattice/control-interface';
import { encodeLink } from '@wasmlattice/control-interface';
import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { addGlobalOptions } from '../global-options.js';
import { jsonDocument } from '../output/json.js';
import { renderTable } from '../output/table.js';

export function addGetLinks(parent: Command, io: CliIo): void {
  addGlobalOptions(parent.command('links'))
    .description('List the links of the lattice')
    .action((_options, command: Command) =>
      onLattice(command, io, async ({ client, options }) => {
        const links = await client.getLinks({ signal: io.signal });
        const sorted = [...links].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
        io.out(options.output === 'json' ? jsonDocument(sorted.map(encodeLink)) : renderLinks(sorted));
      }),
    );
}

function renderLinks(links: readonly Link[]): string {
  return renderTable(
    ['SOURCE', 'TARGET', 'INTERFACES', 'NAME', 'SOURCE CONFIG', 'TARGET CONFIG'],
    links.map((link) => [
      link.sourceId,
      link.target,
      `${link.witNamespace}:${link.witPackage}/${link.interfaces.join(',')}`,
      link.name,
      link.sourceConfig.join(', '),
      link.targetConfig.join(', '),
    ]),
  );
}

function sortKey({ name, sourceId, witNamespace, witPackage }: Link): string {
  return [sourceId, witNamespace, witPackage, name].join(' ');
}
