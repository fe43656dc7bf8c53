import { encodeHost } from '@wasmlattice/control-interface';
import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { allHosts } from '../find-host.js';
import { addGlobalOptions } from '../global-options.js';
import { jsonDocument } from '../output/json.js';
import { renderMap, renderTable } from '../output/table.js';

export function addGetHosts(parent: Command, io: CliIo): void {
  addGlobalOptions(parent.command('hosts'))
    .description('List the hosts of the lattice')
    .action((_options, command: Command) =>
      onLattice(command, io, async ({ client, options }) => {
        const gather = { gatherMs: options.gatherMs, signal: io.signal };
        const hosts = await allHosts(client, gather);
        if (options.output === 'json') {
          io.out(jsonDocument(hosts.map(encodeHost)));
          return;
        }
        io.out(
          renderTable(
            ['NAME', 'HOST ID', 'VERSION', 'UPTIME', 'LABELS'],
            hosts.map((host) => [
              host.friendlyName,
              host.id,
              host.version ?? '',
              host.uptimeHuman ?? `${host.uptimeSeconds}s`,
              renderMap(host.labels),
            ]),
          ),
        );
      }),
    );
}
