import { planEvents, type RequestStep, requestOnly, runStep, type StepHost } from '@wasmlattice/applications';
import { subscribeEvents } from '@wasmlattice/events';
import type { Command } from 'commander';
import type { LatticeCommand } from '../command.js';
import { readWholeNumber } from '../global-options.js';
import { alsoSpelled } from '../option-forms.js';
import { jsonDocument } from '../output/json.js';
import { showPulls } from '../output/show-pulls.js';

/** How a command waits for what it asked for, as commander hands it over. */
export interface StepOptions {
  readonly skipWait?: boolean;
  readonly waitMs: string;
}

export function addStepOptions(command: Command): Command {
  command
    .option('--skip-wait', 'return when the host has accepted it, before its outcome is known')
    .option('--wait-ms <ms>', 'how long its outcome may take, such as compiling a component', '120000');
  return alsoSpelled(command, '--wait-timeout-ms <ms>', 'waitMs');
}

/** A whole number of instances. @throws CliError for another text */
export function readInstances(text: string): number {
  return readWholeNumber(text, '--max-instances', 0, 2 ** 32 - 1);
}

/**
 * Asks a host for one thing, waits until it is so unless told otherwise, and says it.
 *
 * @param sentence what was done, for people; programs get `fields`
 */
export async function carryOutStep(
  step: RequestStep & { readonly host: StepHost },
  { client, connection, io, lattice, options }: LatticeCommand,
  own: StepOptions,
  { fields, sentence }: { readonly sentence: string; readonly fields: Readonly<Record<string, unknown>> },
): Promise<void> {
  const outcomeTimeoutMs = readWholeNumber(own.waitMs, '--wait-ms', 1, 2 ** 31 - 1);
  const request = { client, requestTimeoutMs: options.timeoutMs, signal: io.signal };
  if (own.skipWait === true) await requestOnly(step, request);
  else {
    await using events = await subscribeEvents({ connection, lattice, names: planEvents });
    await using _pulls = await showPulls({ connection, io, lattice, options });
    await runStep(step, { ...request, events, outcomeTimeoutMs });
  }
  const { friendlyName, hostId } = step.host;
  if (options.output === 'json') io.out(jsonDocument({ success: true, host_id: hostId, ...fields }));
  else {
    const doubt = own.skipWait === true ? 'accepted: ' : '';
    io.out(`${doubt}${sentence} on host ${friendlyName} (${hostId})\n`);
  }
}
