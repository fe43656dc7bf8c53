import { describeUndelivered } from '@wasmlattice/applications';
import type { HostInventory, ProviderDescription } from '@wasmlattice/control-interface';
import { encodeHostInventory } from '@wasmlattice/control-interface';
import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { allHosts, findHost } from '../find-host.js';
import { addGlobalOptions } from '../global-options.js';
import { jsonDocument } from '../output/json.js';
import { renderMap, renderTable } from '../output/table.js';
import { addWatchOption, type WatchOptions, writeWatched } from '../output/watch.js';

export function addGetInventory(parent: Command, io: CliIo): void {
  addWatchOption(addGlobalOptions(parent.command('inventory')))
    .description('Show what runs on a host, or on all hosts')
    .argument('[host]', 'id or name of the host, or the beginning of one')
    .action((host: string | undefined, own: WatchOptions, command: Command) =>
      onLattice(command, io, async ({ client, options }) => {
        const gather = { gatherMs: options.gatherMs, signal: io.signal };
        await writeWatched(own, io, async () => {
          const hosts =
            host === undefined ? await allHosts(client, gather) : [await findHost(client, host, gather)];
          const inventories = await Promise.all(
            hosts.map(({ id }) => client.getHostInventory(id, { signal: io.signal })),
          );
          return options.output === 'json'
            ? jsonDocument(inventories.map(encodeHostInventory))
            : inventories.map(renderInventory).join('\n');
        });
      }),
    );
}

function renderInventory(inventory: HostInventory): string {
  const { friendlyName, hostId, labels, uptimeHuman, version } = inventory;
  return [
    `Host ${friendlyName} (${hostId}), version ${version}, up ${uptimeHuman}\n`,
    `Labels: ${renderMap(labels)}\n\n`,
    renderTable(
      ['COMPONENT', 'MAX INSTANCES', 'IMAGE', 'ANNOTATIONS'],
      inventory.components.map(({ annotations, id, imageRef, maxInstances }) => [
        id,
        String(maxInstances),
        imageRef,
        renderMap(annotations),
      ]),
    ),
    '\n',
    renderTable(
      ['PROVIDER', 'STATE', 'IMAGE', 'CONFIG', 'ANNOTATIONS'],
      inventory.providers.map((provider) => [
        provider.id,
        describeState(provider),
        provider.imageRef,
        (provider.config ?? []).join(', '),
        renderMap(provider.annotations),
      ]),
    ),
    ...renderTroubles(inventory),
  ].join('');
}

function describeState({ crashes, failure }: ProviderDescription): string {
  if (crashes?.isLoop === true) return 'crash loop';
  return failure === undefined ? 'running' : 'failed';
}

/** What does not work, and what crashed lately, one line each. */
function renderTroubles({ providers, undeliveredLinks = [] }: HostInventory): string[] {
  const lines = [...providers.flatMap(describeTroubles), ...undeliveredLinks.map(describeUndelivered)];
  return lines.length === 0 ? [] : ['\n', ...lines.map((line) => `${line}\n`)];
}

function describeTroubles({ crashes, failure, id }: ProviderDescription): string[] {
  const failed = failure === undefined ? [] : [`provider ${id}: ${failure}`];
  if (crashes === undefined) return failed;
  const { count, lastLines, reason } = crashes;
  const times = count === 1 ? 'once' : `${count} times in a row`;
  return [
    ...failed,
    `provider ${id} crashed ${times}; the last time: ${reason}`,
    ...lastLines.map((line) => `  | ${line}`),
  ];
}
