import { isDeepStrictEqual } from 'node:util';
import { describeStep, runStep, type Step } from '@wasmlattice/applications';
import { type ControlClient, ControlError } from '@wasmlattice/control-interface';
import type { EventSubscription } from '@wasmlattice/events';
import { describeError, type Logger } from '@wasmlattice/telemetry';
import { type Tenure, TenureOverError } from '../lease/tenure.js';
import type { Asked } from '../plan/asked.js';
import type { PlannedStep } from '../plan/draft.js';
import { backOffMs } from './back-off.js';
import { fencedClient } from './fenced-client.js';

export interface ExecutorOptions {
  readonly client: ControlClient;
  /** Those of `planEvents`, subscribed before anything is carried out. */
  readonly events: EventSubscription;
  /** Nothing is asked for once it is over. */
  readonly tenure: Tenure;
  /** Resolves once what is known of the lattice includes the outcome of a step. */
  readonly isSeen: (step: Step) => Promise<void>;
  /** A step is done. */
  readonly onDone: (step: PlannedStep) => void;
  /** {@link Executor.asked} is different. */
  readonly onChange: () => void;
  readonly logger: Logger;
  /** Default {@link defaultExecutorLimits}. */
  readonly limits?: Partial<ExecutorLimits>;
}

export interface ExecutorLimits {
  /** Steps at once, in all and on one host, which has more to do than to start things. */
  readonly steps: number;
  readonly stepsOnHost: number;
  /** For a host to accept a request; those of wasmCloud accept none while they compile. */
  readonly requestTimeoutMs: number;
  /** For the outcome: an image may have to be fetched. */
  readonly outcomeTimeoutMs: number;
  /** What is asked for again so soon after it was done has not stayed. */
  readonly stableMs: number;
  /** Where something failed nothing moves to for so long, if it runs elsewhere. */
  readonly forgetMs: number;
}

export const defaultExecutorLimits: ExecutorLimits = {
  steps: 64,
  stepsOnHost: 4,
  requestTimeoutMs: 10_000,
  outcomeTimeoutMs: 120_000,
  stableMs: 60_000,
  forgetMs: 300_000,
};

/** Carries out steps of plans, several at once. */
export interface Executor {
  /** What was asked for and is not done, by what it is about. */
  readonly asked: ReadonlyMap<string, Asked>;
  /** Begins as many of the steps as it may; the others are to be asked for again when something is done. */
  carryOut(steps: readonly PlannedStep[]): void;
  /** Ends waits; nothing is asked for any more. */
  close(): void;
}

/** Whether nobody listens any more where a step was to be carried out. */
function isGone(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof ControlError && each.code === 'no-responders') return true;
  }
  return false;
}

/** What became of a thing before. */
interface Past {
  /** Failures, or times that it did not stay, in a row. */
  readonly times: number;
  /** What was done last, and when, by `performance.now()`. */
  readonly done?: { readonly planned: PlannedStep; readonly at: number };
}

export function createExecutor(options: ExecutorOptions): Executor {
  const { events, isSeen, logger, onChange, onDone, tenure } = options;
  const limits = { ...defaultExecutorLimits, ...options.limits };
  const client = fencedClient(options.client, tenure);
  const asked = new Map<string, Asked>();
  const past = new Map<string, Past>();
  const timers = new Set<NodeJS.Timeout>();
  const busy = new Map<string, number>();
  let running = 0;
  let isClosed = false;

  const later = (ms: number, act: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, ms);
    timers.add(timer);
  };

  const waitFor = ({ key, step }: PlannedStep, times: number, reason: string): void => {
    const failed: Asked = { state: 'failed', step, reason, isDue: false };
    asked.set(key, failed);
    later(backOffMs(times), () => {
      if (asked.get(key) !== failed) return;
      const due: Asked = { ...failed, isDue: true };
      asked.set(key, due);
      onChange();
      later(limits.forgetMs, () => {
        if (asked.get(key) !== due) return;
        asked.delete(key);
        onChange();
      });
    });
  };

  const run = async (planned: PlannedStep, hostId: string | undefined): Promise<void> => {
    const { key, step } = planned;
    try {
      await runStep(step, {
        client,
        events,
        requestTimeoutMs: limits.requestTimeoutMs,
        outcomeTimeoutMs: limits.outcomeTimeoutMs,
        signal: tenure.signal,
      });
      onDone(planned);
      await isSeen(step);
      const times = past.get(key)?.times ?? 0;
      past.set(key, { times, done: { planned, at: performance.now() } });
      asked.delete(key);
      logger.info('done', { application: planned.application, step: describeStep(step) });
    } catch (error) {
      if (isClosed || tenure.signal.aborted) return;
      if (error instanceof TenureOverError) {
        // Nothing was sent; once a late renewal succeeds it is planned again.
        asked.delete(key);
        return;
      }
      if (isGone(error)) {
        // What ran there is missing now, and belongs elsewhere.
        await isSeen(step);
        asked.delete(key);
        logger.info('the host of a step is gone', {
          application: planned.application,
          step: describeStep(step),
        });
        return;
      }
      const times = (past.get(key)?.times ?? 0) + 1;
      past.set(key, { times });
      const reason = error instanceof Error ? error.message : describeError(error);
      waitFor(planned, times, reason);
      logger.warn('a step failed, and is tried again later', {
        application: planned.application,
        step: describeStep(step),
        times,
        reason,
      });
    } finally {
      running -= 1;
      if (hostId !== undefined) busy.set(hostId, (busy.get(hostId) ?? 1) - 1);
      if (!isClosed) onChange();
    }
  };

  /** Whether it was done just before, and more than once: something keeps undoing it. */
  const doesNotStay = (planned: PlannedStep): boolean => {
    const { key, step } = planned;
    const before = past.get(key);
    if (before?.done === undefined || asked.get(key)?.state === 'failed') return false;
    const isSoon = performance.now() - before.done.at < limits.stableMs;
    if (!isSoon || !isDeepStrictEqual(before.done.planned, planned)) {
      past.delete(key);
      return false;
    }
    const times = before.times + 1;
    past.set(key, { times });
    if (times < 2) return false;
    waitFor(planned, times - 1, `${describeStep(step)}: it was done, and undone soon after, ${times} times`);
    logger.warn('what was done does not stay, and is done again later', {
      application: planned.application,
      step: describeStep(step),
      times,
    });
    return true;
  };

  const begin = (planned: PlannedStep, hostId: string | undefined): void => {
    asked.set(planned.key, { state: 'running', step: planned.step });
    running += 1;
    if (hostId !== undefined) busy.set(hostId, (busy.get(hostId) ?? 0) + 1);
    void run(planned, hostId);
  };

  return {
    asked,
    carryOut(steps) {
      for (const planned of steps) {
        if (running >= limits.steps || isClosed || !tenure.isCurrent()) return;
        const hostId = 'host' in planned.step ? planned.step.host.hostId : undefined;
        if (hostId !== undefined && (busy.get(hostId) ?? 0) >= limits.stepsOnHost) continue;
        if (!doesNotStay(planned)) begin(planned, hostId);
      }
    },
    close() {
      isClosed = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
