import { encodeClaims, type StoredClaims } from '@wasmlattice/control-interface';
import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { addGlobalOptions } from '../global-options.js';
import { jsonDocument } from '../output/json.js';
import { renderTable } from '../output/table.js';

export function addGetClaims(parent: Command, io: CliIo): void {
  addGlobalOptions(parent.command('claims'))
    .description('List what tokens say of the components and providers of the lattice')
    .action((_options, command: Command) =>
      onLattice(command, io, async ({ client, options }) => {
        const claims = [...(await client.getClaims({ signal: io.signal }))].sort((a, b) =>
          sortKey(a) < sortKey(b) ? -1 : 1,
        );
        io.out(
          options.output === 'json'
            ? jsonDocument(claims.map(encodeClaims))
            : renderTable(
                ['NAME', 'KIND', 'VERSION', 'REVISION', 'SUBJECT', 'ISSUER'],
                claims.map(({ name, kind, version, revision, subject, issuer }) => [
                  name,
                  kind,
                  version,
                  revision,
                  subject,
                  issuer,
                ]),
              ),
        );
      }),
    );
}

function sortKey({ kind, name, subject }: StoredClaims): string {
  return [kind, name, subject].join(' ');
}
