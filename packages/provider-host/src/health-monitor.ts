import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import type { HealthReply } from './protocol/index.js';
import { type Sleep, systemSleep } from './sleep.js';

/**
 * What a health check told, named as the event it becomes: `passed` and `failed` are changes of state, `status` is
 * an answer that says the same as the one before.
 */
export type HealthOutcome = 'passed' | 'failed' | 'status';

export interface HealthMonitorOptions {
  /** Asks the provider. Rejects when there is no answer or none that can be read. */
  readonly check: () => Promise<HealthReply>;
  /** Whether there is a process to ask. */
  readonly isRunning?: (() => boolean) | undefined;
  /**
   * Told of every answer. No answer is no outcome: it is logged and changes nothing
   * (docs/spec/provider.md#4).
   */
  readonly onOutcome: (outcome: HealthOutcome, reply: HealthReply) => void;
  /** Told when there was no usable answer twice in a row, with why, and with `undefined` when there is one again. */
  readonly onSilence?: ((reason: unknown) => void) | undefined;
  /** Time until the first check: providers need a moment to connect. Default 5 s, as upstream's. */
  readonly firstCheckMs?: number | undefined;
  /** Time between checks. Default 30 s, as upstream's. */
  readonly intervalMs?: number | undefined;
  readonly logger?: Logger | undefined;
  readonly sleep?: Sleep | undefined;
}

export interface HealthMonitor {
  /** Ends the checks. The answer to one under way is not reported. */
  stop(): void;
}

const defaultFirstCheckMs = 5_000;
const defaultIntervalMs = 30_000;
/** One answer may be late on a busy machine. */
const silentAfter = 2;

/** Asks a provider for its health at intervals. It counts as unhealthy until it has answered once that it is well. */
export function startHealthMonitor(options: HealthMonitorOptions): HealthMonitor {
  const { check, isRunning = () => true, onOutcome, onSilence = () => {} } = options;
  const { logger = noopLogger, sleep = systemSleep } = options;
  const { firstCheckMs = defaultFirstCheckMs, intervalMs = defaultIntervalMs } = options;
  const stopping = new AbortController();
  const { signal } = stopping;

  const run = async (): Promise<void> => {
    let healthy = false;
    let misses = 0;
    for (let waitMs = firstCheckMs; await slept(waitMs); waitMs = intervalMs) {
      if (!isRunning()) continue;
      const reply = await check().catch((error: unknown) => {
        if (signal.aborted || !isRunning()) return undefined;
        logger.warn('no usable answer to the health check', { error });
        misses += 1;
        if (misses === silentAfter) onSilence(error);
        return undefined;
      });
      if (signal.aborted) return;
      if (reply === undefined) continue;
      if (misses >= silentAfter) onSilence(undefined);
      misses = 0;
      onOutcome(outcomeOf(healthy, reply.healthy), reply);
      healthy = reply.healthy;
    }
  };

  const slept = async (ms: number): Promise<boolean> => {
    try {
      await sleep(ms, signal);
      return !signal.aborted;
    } catch {
      return false;
    }
  };

  run().catch((error: unknown) => logger.error('health checks ended', { error }));
  return { stop: () => stopping.abort() };
}

function outcomeOf(before: boolean, now: boolean): HealthOutcome {
  if (before === now) return 'status';
  return now ? 'passed' : 'failed';
}
