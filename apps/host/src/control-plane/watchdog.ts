import { readOldestStart } from '@wasmlattice/component-host';

/** A worker the watchdog looks at. */
export interface WatchedWorker {
  readonly clock: SharedArrayBuffer;
  /** Longest time of one invocation, in ms. */
  readonly maxExecutionTimeMs: number;
  /** The oldest invocation is so far over its time that the worker can't be running its own sweep. */
  onOverdue(runningMs: number): void;
}

/** Ends workers whose guest spins: a timer inside such a worker can't run (design: two planes). */
export interface Watchdog {
  /** Returns what ends the watch. */
  watch(worker: WatchedWorker): () => void;
  close(): void;
}

/**
 * How long past its limit an invocation may be before the worker is held to be stuck, in ms. A guest that waits is
 * ended by the worker itself within its sweep interval of a second.
 */
const stuckAfterMs = 1_500;

export function createWatchdog(
  options: { readonly intervalMs?: number; readonly now?: () => number } = {},
): Watchdog {
  const { intervalMs = 500, now = Date.now } = options;
  const workers = new Set<WatchedWorker>();
  const timer = setInterval(() => {
    for (const worker of workers) {
      const oldest = readOldestStart(worker.clock);
      if (oldest === undefined) continue;
      const runningMs = now() - oldest;
      if (runningMs <= worker.maxExecutionTimeMs + stuckAfterMs) continue;
      workers.delete(worker);
      worker.onOverdue(runningMs);
    }
  }, intervalMs);
  timer.unref();
  return {
    watch(worker) {
      workers.add(worker);
      return () => void workers.delete(worker);
    },
    close: () => clearInterval(timer),
  };
}
