import type { ReceivedEvent } from '@wasmlattice/events';
import { encodeEventData, subscribeEvents } from '@wasmlattice/events';
import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import type { OutputFormat } from '../global-options.js';
import { addGlobalOptions } from '../global-options.js';
import { jsonLine } from '../output/json.js';

/** `get events`, as wash has it, and `events`. */
export function addEvents(parent: Command, io: CliIo): void {
  addGlobalOptions(parent.command('events'))
    .description('Show the events of the lattice as they happen, until Ctrl-C')
    .option('-f, --follow', 'as it does anyway: nobody keeps events')
    .action((_options, command: Command) =>
      onLattice(command, io, async ({ connection, lattice, options }) => {
        await using events = await subscribeEvents({ connection, lattice });
        if (options.output === 'text') io.err(`events of lattice ${lattice}, Ctrl-C ends\n`);
        try {
          for await (const event of events.read({ signal: io.signal })) {
            io.out(renderEvent(event, options.output));
          }
        } catch (error) {
          // Ctrl-C is how this command ends well.
          if (!io.signal.aborted) throw error;
        }
      }),
    );
}

function renderEvent(event: ReceivedEvent, output: OutputFormat): string {
  const { id, source, time } = event;
  const [type, data] =
    event.name === 'unknown'
      ? [event.type, event.data]
      : [`com.wasmcloud.lattice.${event.name}`, encodeEventData(event)];
  if (output === 'json') return jsonLine({ id, source, time, type, data });
  const name = event.name === 'unknown' ? event.type : event.name;
  return `${time}  ${name}  host=${source}  ${renderData(data)}\n`;
}

/** The members of the data that are single values; lists and mappings are in the JSON output. */
function renderData(data: unknown): string {
  if (typeof data !== 'object' || data === null) return '';
  return Object.entries(data)
    .filter(([key, value]) => key !== 'host_id' && value !== undefined && typeof value !== 'object')
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(' ');
}
