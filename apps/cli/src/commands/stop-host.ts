import { eventNamed, subscribeEvents } from '@wasmlattice/events';
import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { onLattice, writeDone } from '../command.js';
import { findHost } from '../find-host.js';
import { addGlobalOptions, readWholeNumber } from '../global-options.js';
import { alsoSpelled } from '../option-forms.js';

/** What a host takes when the request names no time. */
const defaultGraceMs = 10_000;

export function addStopHost(parent: Command, io: CliIo): void {
  const command = addGlobalOptions(parent.command('host'))
    .description('Stop a host and wait until it has said goodbye')
    .argument(
      '[host]',
      'id or name of the host, or the beginning of one; may be left out when there is only one',
    )
    .option('--grace-ms <ms>', `how long the host may take (default: ${defaultGraceMs})`);
  alsoSpelled(command, '--host-timeout <ms>', 'graceMs').action(
    (wanted: string | undefined, own: { readonly graceMs?: string }, command: Command) => {
      const graceMs =
        own.graceMs === undefined
          ? undefined
          : readWholeNumber(own.graceMs, '--grace-ms', 1, 2 ** 31 - 1 - defaultGraceMs);
      return onLattice(command, io, async ({ client, connection, lattice, options }) => {
        const { signal } = io;
        await using events = await subscribeEvents({ connection, lattice, names: ['host_stopped'] });
        const host = await findHost(client, wanted, { gatherMs: options.gatherMs, signal });
        const message = await client.stopHost(host.id, graceMs === undefined ? {} : { timeoutMs: graceMs }, {
          signal,
        });
        await events.waitForEvent(
          eventNamed('host_stopped', (_data, { source }) => source === host.id),
          {
            timeoutMs: (graceMs ?? defaultGraceMs) + options.timeoutMs,
            description: `the end of host ${host.friendlyName}`,
            signal,
          },
        );
        writeDone(io, options.output, `stopped host ${host.friendlyName} (${host.id})`, message);
      });
    },
  );
}
