import { isSameLink } from '@wasmlattice/applications';
import type { Link, UndeliveredLink } from '@wasmlattice/control-interface';
import { encodeLink } from '@wasmlattice/control-interface';
import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { addGlobalOptions } from '../global-options.js';
import { jsonDocument } from '../output/json.js';
import { renderTable } from '../output/table.js';

/** A link with what the hosts say of it. */
interface ShownLink {
  readonly link: Link;
  /** Absent for a link that works, as far as hosts tell. */
  readonly trouble: UndeliveredLink | undefined;
}

/** @param name of the command; `wash` has two */
export function addGetLinks(parent: Command, io: CliIo, name: 'links' | 'query'): void {
  addGlobalOptions(parent.command(name))
    .description('List the links of the lattice, and why one does not work')
    .action((_options, command: Command) =>
      onLattice(command, io, async ({ client, options }) => {
        const request = { signal: io.signal };
        const [links, hosts] = await Promise.all([
          client.getLinks(request),
          client.ping({ timeoutMs: options.gatherMs, signal: io.signal }),
        ]);
        const inventories = await Promise.all(hosts.map(({ id }) => client.getHostInventory(id, request)));
        const undelivered = inventories.flatMap(({ undeliveredLinks = [] }) => undeliveredLinks);
        const shown = [...links]
          .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
          .map((link) => ({ link, trouble: undelivered.find((each) => isSameLink(each, link)) }));
        io.out(options.output === 'json' ? jsonDocument(shown.map(toJson)) : renderLinks(shown));
      }),
    );
}

function toJson({ link, trouble }: ShownLink): ReturnType<typeof encodeLink> {
  return {
    ...encodeLink(link),
    ...(trouble !== undefined && { state: trouble.state, reason: trouble.reason }),
  };
}

function renderLinks(links: readonly ShownLink[]): string {
  return renderTable(
    ['SOURCE', 'TARGET', 'INTERFACES', 'NAME', 'SOURCE CONFIG', 'TARGET CONFIG', 'STATE', 'REASON'],
    links.map(({ link, trouble }) => [
      link.sourceId,
      link.target,
      `${link.witNamespace}:${link.witPackage}/${link.interfaces.join(',')}`,
      link.name,
      link.sourceConfig.join(', '),
      link.targetConfig.join(', '),
      trouble?.state ?? 'set',
      trouble?.reason ?? '',
    ]),
  );
}

function sortKey({ name, sourceId, witNamespace, witPackage }: Link): string {
  return [sourceId, witNamespace, witPackage, name].join(' ');
}
