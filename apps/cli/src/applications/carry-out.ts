import { describeStep, type Plan, planEvents, runPlan } from '@wasmlattice/applications';
import { subscribeEvents } from '@wasmlattice/events';
import type { LatticeCommand } from '../command.js';
import { jsonLine } from '../output/json.js';
import { showPulls } from '../output/show-pulls.js';

export interface CarryOutSettings {
  /** How long one step may take. */
  readonly waitMs: number;
  /** Shows the steps, and changes nothing. */
  readonly dryRun: boolean;
}

/**
 * Carries out a plan with one line of progress per step, or shows it.
 *
 * @param check looks at what came of it before that is told
 */
export async function carryOut(
  plan: Plan,
  { client, connection, io, lattice, options }: LatticeCommand,
  { dryRun, waitMs }: CarryOutSettings,
  done: string,
  check: () => Promise<void>,
): Promise<void> {
  const json = options.output === 'json';
  const total = plan.steps.length;
  const line = (number: number, text: string) => `[${number}/${total}] ${text}\n`;
  for (const note of plan.notes) io.err(`note: ${note}\n`);
  if (dryRun) {
    for (const [index, step] of plan.steps.entries()) {
      io.out(json ? jsonLine({ ...step, state: 'planned' }) : line(index + 1, describeStep(step)));
    }
    if (total === 0 && !json) io.out(`${plan.application} is as it should be: nothing to do\n`);
    return;
  }
  await using events = await subscribeEvents({ connection, lattice, names: planEvents });
  await using pulls = await showPulls({ connection, io, lattice, options });
  const begun = performance.now();
  await runPlan(plan, {
    client,
    events,
    requestTimeoutMs: options.timeoutMs,
    outcomeTimeoutMs: waitMs,
    signal: io.signal,
    report({ number, state, step }) {
      pulls.clear();
      if (json) io.out(jsonLine({ ...step, state }));
      else if (state === 'started') io.out(line(number, describeStep(step)));
    },
  });
  await check();
  pulls.clear();
  const ms = Math.round(performance.now() - begun);
  io.out(
    json
      ? jsonLine({ kind: 'end', application: plan.application, success: true, ms })
      : `${done} in ${ms} ms\n`,
  );
}
