import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import {
  describeStep,
  type Manifest,
  type Plan,
  parseManifest,
  planEvents,
  runPlan,
} from '@wasmlattice/applications';
import { subscribeEvents } from '@wasmlattice/events';
import { describeError } from '@wasmlattice/telemetry';
import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import type { LatticeCommand } from '../command.js';
import { startsLikeComponent } from '../component-magic.js';
import { exitCodes } from '../exit-codes.js';
import { readWholeNumber } from '../global-options.js';
import { jsonLine } from '../output/json.js';

/** The options of the commands on applications, as commander hands them over. */
export interface ApplicationOptions {
  readonly waitMs: string;
  readonly dryRun?: boolean;
}

/** The same, read. */
export interface ApplicationSettings {
  readonly waitMs: number;
  readonly dryRun: boolean;
}

export function addApplicationOptions(command: Command): Command {
  return command
    .option('--wait-ms <ms>', 'how long one step may take, such as compiling a component', '120000')
    .option('--dry-run', 'show the steps, change nothing');
}

export function readApplicationOptions({ dryRun = false, waitMs }: ApplicationOptions): ApplicationSettings {
  return { dryRun, waitMs: readWholeNumber(waitMs, '--wait-ms', 1, 2 ** 31 - 1) };
}

/** Reads a manifest and tells its warnings. */
export async function readManifest(file: string, io: CliIo): Promise<{ manifest: Manifest; folder: string }> {
  const path = resolve(io.cwd, file);
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const isName = (cause as NodeJS.ErrnoException).code === 'ENOENT' && /^[-_\p{L}\p{N}]+$/u.test(file);
    throw new CliError(
      `cannot read the manifest ${file}: ${describeError(cause)}`,
      isName ? `name the file that describes the application, such as ${file}.yaml` : `look for ${path}`,
      { cause, exitCode: exitCodes.usage },
    );
  }
  const { manifest, warnings } = parseManifest(textOf(bytes, file), file);
  for (const warning of warnings) io.err(`warning: ${warning}\n`);
  return { manifest, folder: dirname(path) };
}

function textOf(bytes: Buffer, file: string): string {
  const isWasm = startsLikeComponent(bytes);
  if (!isWasm && isUtf8(bytes) && !bytes.includes(0)) return bytes.toString();
  throw new CliError(
    `${file} is ${isWasm ? 'a WebAssembly binary' : 'no text'}, not a manifest`,
    isWasm
      ? `start it with \`wasmlattice start component ${file} ID\`, or name it as \`image\` in a manifest`
      : 'name a manifest in YAML or JSON',
    { exitCode: exitCodes.usage },
  );
}

/**
 * Carries out a plan with one line of progress per step, or shows it.
 *
 * @param check looks at what came of it before that is told
 */
export async function carryOut(
  plan: Plan,
  { client, connection, io, lattice, options }: LatticeCommand,
  { dryRun, waitMs }: ApplicationSettings,
  done: string,
  check: () => Promise<void> = async () => {},
): Promise<void> {
  const json = options.output === 'json';
  const total = plan.steps.length;
  const line = (number: number, text: string) => `[${number}/${total}] ${text}\n`;
  for (const note of plan.notes) io.err(`note: ${note}\n`);
  if (dryRun) {
    for (const [index, step] of plan.steps.entries()) {
      io.out(json ? jsonLine({ ...step, state: 'planned' }) : line(index + 1, describeStep(step)));
    }
    return;
  }
  await using events = await subscribeEvents({ connection, lattice, names: planEvents });
  const begun = performance.now();
  await runPlan(plan, {
    client,
    events,
    requestTimeoutMs: options.timeoutMs,
    outcomeTimeoutMs: waitMs,
    signal: io.signal,
    report({ number, state, step }) {
      if (json) io.out(jsonLine({ ...step, state }));
      else if (state === 'started') io.out(line(number, describeStep(step)));
    },
  });
  await check();
  const ms = Math.round(performance.now() - begun);
  io.out(
    json
      ? jsonLine({ kind: 'end', application: plan.application, success: true, ms })
      : `${done} in ${ms} ms\n`,
  );
}
