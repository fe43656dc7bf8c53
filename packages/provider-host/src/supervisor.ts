import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import { type BackoffOptions, backoffMs, defaultStableAfterMs } from './backoff.js';
import type { ProcessExit, ProviderProcess } from './process/provider-process.js';
import { type Sleep, systemSleep } from './sleep.js';
import { describeExit, NotServingError } from './wait-until-serving.js';

/** What a supervised provider is doing. */
export type SupervisorState =
  /** The process is about to start, for the first time or again. */
  | { readonly tag: 'starting'; readonly restarts: number }
  | { readonly tag: 'running'; readonly pid: number; readonly restarts: number }
  /** It crashed, or could not be started again, and will be started after a wait. */
  | { readonly tag: 'waiting'; readonly crash: ProviderCrash; readonly restarts: number }
  /** Told to stop; the process may still run. */
  | { readonly tag: 'stopping' }
  | { readonly tag: 'stopped' };

/** Why a provider that should run does not. */
export interface ProviderCrash {
  /** How the process ended; absent when it could not be started again. */
  readonly exit?: ProcessExit | undefined;
  /** Why it could not be started again; absent when it ran and ended. */
  readonly error?: unknown;
  /** The last of what the process that ended, or did not come up, wrote to standard error. */
  readonly lastLines: readonly string[];
  /** How many times in a row by now: 1 for a provider that ran well before. */
  readonly crashes: number;
  /** Whether it crashes again and again: waiting alone will hardly help. */
  readonly isLoop: boolean;
  /** When the next start will be, from now. */
  readonly restartInMs: number;
}

export interface SupervisorOptions {
  /**
   * Starts the process, each time with HostData of that moment, and resolves once it serves. What it started must be ended when
   * it rejects, as it does soon after the signal.
   */
  readonly start: (signal: AbortSignal) => Promise<ProviderProcess>;
  /** Told of each crash, for instance to raise an event; the supervisor has logged it already. */
  readonly onCrash?: ((crash: ProviderCrash) => void) | undefined;
  /** Told each time a process serves again after a crash. */
  readonly onRestart?: (() => void) | undefined;
  readonly backoff?: BackoffOptions | undefined;
  readonly logger?: Logger | undefined;
  readonly sleep?: Sleep | undefined;
  /** Milliseconds that never go back. */
  readonly now?: (() => number) | undefined;
  /** From 0 to below 1. */
  readonly random?: (() => number) | undefined;
}

/** Keeps one process running until told to stop. */
export interface Supervisor {
  readonly state: SupervisorState;
  /** The latest crash; `undefined` before the first, and once the process has run well since. */
  readonly lastCrash: ProviderCrash | undefined;
  /** Resolves once the first process serves. Rejects with its error if it does not; nothing is tried again then. */
  start(): Promise<void>;
  /**
   * Lets `end` bring the running process to its end and starts another at once, which is no crash unless it fails. Does nothing while none runs:
   * the next one is about to start. Resolves once the first has ended.
   */
  restart(end: (process: ProviderProcess) => Promise<unknown>): Promise<void>;
  /**
   * Starts no further process, lets `end` bring the running one to its end, and resolves once none is left. `end` is
   * not called when none runs. Later calls wait for the first.
   */
  stop(end: (process: ProviderProcess) => Promise<unknown>): Promise<void>;
}

/**
 * Restarts a process that ends by itself, whatever its exit code: a provider has no business ending. Waits between
 * starts grow (upstream restarts every 5 s for ever); each crash is logged with the last lines of the process.
 */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { start, onCrash = () => {}, onRestart = () => {}, backoff = {}, logger = noopLogger } = options;
  const { sleep = systemSleep, now = () => performance.now(), random = Math.random } = options;
  const { stableAfterMs = defaultStableAfterMs } = backoff;
  const stopping = new AbortController();
  let state: SupervisorState = { tag: 'starting', restarts: 0 };
  let current: ProviderProcess | undefined;
  let starting: Promise<unknown> = Promise.resolve();
  let watching: Promise<void> = Promise.resolve();
  let stopped: Promise<void> | undefined;
  let restarts = 0;
  let lastCrash: ProviderCrash | undefined;
  let isPlanned = false;
  let startedAt = 0;
  const runsWell = (): boolean => now() - startedAt >= stableAfterMs;

  /** Starts the process; one that came up while `stop` was called is ended at once. */
  const launch = async (): Promise<ProviderProcess | undefined> => {
    state = { tag: 'starting', restarts };
    const process = await start(stopping.signal);
    if (stopping.signal.aborted) {
      await process.terminate(0);
      return undefined;
    }
    current = process;
    startedAt = now();
    state = { tag: 'running', pid: process.pid, restarts };
    return process;
  };

  const watch = async (first: ProviderProcess): Promise<void> => {
    let crashes = 0;
    for (let process: ProviderProcess | undefined = first; process !== undefined; ) {
      const exit: ProcessExit = await process.exited;
      current = undefined;
      if (runsWell()) crashes = 0;
      let failure: Pick<ProviderCrash, 'exit' | 'error' | 'lastLines'> | undefined;
      if (!isPlanned) failure = { exit, lastLines: exit.lastLines };
      isPlanned = false;
      for (process = undefined; process === undefined && !stopping.signal.aborted; ) {
        if (failure !== undefined) {
          crashes += 1;
          const restartInMs = backoffMs(crashes, backoff, random);
          await pause({ ...failure, crashes, isLoop: crashes >= loopCrashes, restartInMs });
        }
        if (stopping.signal.aborted) return;
        restarts += 1;
        process = await launch().catch((error: unknown) => {
          failure = { error, lastLines: error instanceof NotServingError ? error.lastLines : [] };
          return undefined;
        });
      }
      if (process !== undefined) onRestart();
    }
  };

  const pause = async (crash: ProviderCrash): Promise<void> => {
    lastCrash = crash;
    state = { tag: 'waiting', crash, restarts };
    logger.error(describeCrash(crash), {
      crashes: crash.crashes,
      restart_in_ms: crash.restartInMs,
      ...(crash.error === undefined ? {} : { error: crash.error }),
      ...(crash.lastLines.length > 0 && { last_lines: crash.lastLines }),
    });
    onCrash(crash);
    await sleep(crash.restartInMs, stopping.signal).catch(() => {});
  };

  const stop = async (end: (process: ProviderProcess) => Promise<unknown>): Promise<void> => {
    stopping.abort();
    state = { tag: 'stopping' };
    if (current !== undefined) await end(current);
    await starting;
    await watching;
    state = { tag: 'stopped' };
  };

  return {
    get state() {
      return state;
    },
    get lastCrash() {
      return state.tag === 'running' && runsWell() ? undefined : lastCrash;
    },
    async start() {
      const first = launch();
      starting = first.catch(() => {});
      const process = await first;
      if (process !== undefined) watching = watch(process);
    },
    async restart(end) {
      if (current === undefined || stopping.signal.aborted) return;
      isPlanned = true;
      await end(current);
    },
    stop(end) {
      stopped ??= stop(end);
      return stopped;
    },
  };
}

/** Once may be bad luck and twice its echo. */
const loopCrashes = 3;

/** What happened, as a sentence without its end. */
export function describeCrash({ exit, error }: ProviderCrash): string {
  if (error !== undefined) {
    // The last words are told beside it.
    const why = error instanceof NotServingError ? error.reason : error instanceof Error ? error.message : '';
    return `the provider could not be started again${why === '' ? '' : `: ${why}`}`;
  }
  if (exit === undefined) return 'the provider does not run';
  return `the provider ${describeExit(exit)} although it should run`;
}
