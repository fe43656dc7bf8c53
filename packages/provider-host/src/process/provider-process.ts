import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Logger } from '@wasmlattice/telemetry';
import { encodeHostData, type HostData } from '../protocol/index.js';
import { type Sleep, settlesWithin, systemSleep } from '../sleep.js';
import { describeSpawnFailure, launchCommand } from './launch-command.js';
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
  /** The last lines it wrote to standard error so far. */
  lastLines(): readonly string[];
  /** Asks the process to end (SIGTERM) and, after `killAfterMs`, makes it (SIGKILL). Resolves once it has ended. */
  terminate(killAfterMs: number): Promise<void>;
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
  readonly sleep?: Sleep | undefined;
}

/**
 * Starts the executable and hands it its HostData. Resolves once the process runs; whether it understands its
 * HostData or connects shows only later. Rejects with a `LaunchError`.
 */
export async function startProviderProcess(options: ProviderProcessOptions): Promise<ProviderProcess> {
  const { file, logger, redact = (text) => text, sleep = systemSleep } = options;
  const { command, args } = await launchCommand(file, options.nodePath);
  const child = await spawned(file, () =>
    spawn(command, args, {
      cwd: options.cwd,
      env: providerEnvironment(options.environment),
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      // Out of the terminal's process group: Ctrl-C is the host's, which stops its providers in order.
      detached: true,
    }),
  );
  const lastLines = forwardOutput(child, { logger, redact });
  const exited = exitOf(child, sleep).then((exit) => ({ ...exit, lastLines }));
  // A process that ended before it read its line is reported by its exit.
  child.stdin.on('error', () => {});
  child.stdin.end(encodeHostData(options.hostData));

  return {
    pid: child.pid ?? 0,
    exited,
    lastLines: () => [...lastLines],
    async terminate(killAfterMs) {
      child.kill('SIGTERM');
      if (!(await settlesWithin(exited, killAfterMs, sleep))) child.kill('SIGKILL');
      await exited;
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

/** How long the outputs of a process that has ended may stay open: something it started may still hold them. */
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
  if (!(await settlesWithin(closed, outputGraceMs, sleep))) {
    child.stdout.destroy();
    child.stderr.destroy();
    await closed;
  }
  return { code: code ?? undefined, signal: signal ?? undefined };
}
