import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Logger } from '@wasmlattice/telemetry';
import { encodeHostData, type HostData } from '../protocol/index.js';
import { type Sleep, settlesWithin, systemSleep } from '../sleep.js';
import { type GroupGuard, noGroupGuard } from './group-guard.js';
import { describeSpawnFailure, launchCommand } from './launch-command.js';
import type { OutputLimits } from './output-budget.js';
import { endGroup, signalGroup } from './process-group.js';
import { type Environment, providerEnvironment } from './provider-environment.js';
import { forwardOutput } from './provider-output.js';

/** How a process ended. */
export interface ProcessExit {
  /** Absent when a signal ended it. */
  readonly code?: number | undefined;
  readonly signal?: NodeJS.Signals | undefined;
  /** The last lines it wrote to standard error. */
  readonly lastLines: readonly string[];
}

/** One run of a provider's executable. */
export interface ProviderProcess {
  readonly pid: number;
  /** Resolves when the process has ended and all it wrote is logged. Never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** The last lines it wrote to standard error so far, without secrets. */
  lastLines(): readonly string[];
  /**
   * Asks the process and all of its group to end (SIGTERM) and, after `killAfterMs`, makes them (SIGKILL). Resolves once it has ended, with
   * whether it was made to.
   */
  terminate(killAfterMs: number): Promise<'ended' | 'killed'>;
}

export interface ProviderProcessOptions {
  /** Path of the executable. */
  readonly file: string;
  readonly hostData: HostData;
  /** The Node.js that runs JavaScript providers. */
  readonly nodePath: string;
  /** The host's environment; only a few variables reach the provider. */
  readonly environment: Environment;
  /** Working directory of the process; the host's own if absent. */
  readonly cwd?: string | undefined;
  /** Takes what the process writes, a record for each line. */
  readonly logger: Logger;
  /** Takes secrets out of it before. */
  readonly redact?: ((text: string) => string) | undefined;
  readonly outputLimits?: OutputLimits | undefined;
  /** Ends the group of the process if this one dies first. */
  readonly guard?: GroupGuard | undefined;
  readonly sleep?: Sleep | undefined;
}

/**
 * Starts the executable as the leader of a process group and hands it its HostData. When it ends, by itself or not, what is left of its group is
 * ended, too. Resolves once the process runs; whether it understands its HostData or connects shows only later. Rejects with a `LaunchError`.
 */
export async function startProviderProcess(options: ProviderProcessOptions): Promise<ProviderProcess> {
  const { file, guard = noGroupGuard, logger, redact = (text) => text, sleep = systemSleep } = options;
  const { command, args } = await launchCommand(file, options.nodePath);
  const child = await spawned(file, () =>
    spawn(command, args, {
      cwd: options.cwd,
      env: providerEnvironment(options.environment),
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      // A group of its own. Ctrl-C at the terminal is the host's, which stops its providers in order.
      detached: true,
    }),
  );
  const pid = pidOf(child);
  // Before it has its HostData: without a host it reads none, and ends.
  const unwatch = guard.watch(pid);
  const lastLines = forwardOutput(child, { logger, redact, limits: options.outputLimits });
  const exited = exitOf(child, sleep).then((exit) => {
    unwatch();
    return { ...exit, lastLines: lastLines() };
  });
  // A process that ended before it read its line is reported by its exit.
  child.stdin.on('error', () => {});
  child.stdin.end(encodeHostData(options.hostData));

  return {
    pid,
    exited,
    lastLines,
    async terminate(killAfterMs) {
      const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
      if (!hasEnded()) signalGroup(pid, 'SIGTERM');
      const isInTime = await settlesWithin(exited, killAfterMs, sleep);
      const isKilled = !isInTime && !hasEnded() && signalGroup(pid, 'SIGKILL');
      await exited;
      return isKilled ? 'killed' : 'ended';
    },
  };
}

async function spawned(
  file: string,
  start: () => ChildProcessWithoutNullStreams,
): Promise<ChildProcessWithoutNullStreams> {
  try {
    const child = start();
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    // Later errors are failed kills of a process that has just ended.
    child.on('error', () => {});
    return child;
  } catch (cause) {
    throw describeSpawnFailure(file, cause);
  }
}

function pidOf({ pid }: ChildProcessWithoutNullStreams): number {
  if (pid === undefined) throw new Error('a process that was spawned has an id');
  return pid;
}

/** How long what a process leaves behind of its group may take to end. */
const groupGraceMs = 500;

/** How long the outputs of a process that has ended may stay open: something that left its group may still hold them. */
const outputGraceMs = 500;

/** `close` rather than `exit`: by then both outputs have been read to their end. */
async function exitOf(
  child: ChildProcessWithoutNullStreams,
  sleep: Sleep,
): Promise<Omit<ProcessExit, 'lastLines'>> {
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once('exit', (...exit) => resolve(exit));
  });
  await endGroup(pidOf(child), groupGraceMs, sleep);
  if (!(await settlesWithin(closed, outputGraceMs, sleep))) {
    child.stdout.destroy();
    child.stderr.destroy();
    await closed;
  }
  return { code: code ?? undefined, signal: signal ?? undefined };
}
