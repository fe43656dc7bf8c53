import { describeStep, runStep, type Step } from '@wasmlattice/applications';
import { type ControlClient, ControlError } from '@wasmlattice/control-interface';
import type { EventSubscription } from '@wasmlattice/events';
import { describeError, type Logger } from '@wasmlattice/telemetry';
import { type Tenure, TenureOverError } from '../lease/tenure.js';
import { type Asked, failureDigest, stepDigest } from '../plan/asked.js';
import type { PlannedStep } from '../plan/draft.js';
import type { Failure } from '../trouble-store.js';
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
  /** {@link Executor.failures} are different. */
  readonly onTrouble: () => void;
  /** What failed while another host acted: it waits as long as it would have there. */
  readonly failures: readonly Failure[];
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
  /** What failed, or did not stay, of late. */
  failures(): readonly Failure[];
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
  /** {@link failureDigest} of what failed, {@link stepDigest} of what was done. */
  readonly digest: string;
  /** Why it failed; `undefined` where it was done. */
  readonly reason: string | undefined;
  /** When, by `performance.now()`. */
  readonly at: number;
}

/** Of more things what was done and stayed, or failed an hour ago, is forgotten. */
const remembered = 10_000;
const rememberedMs = 3_600_000;

export function createExecutor(options: ExecutorOptions): Executor {
  const { events, isSeen, logger, onChange, onDone, onTrouble, tenure } = options;
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

  const isStable = ({ at, reason }: Past): boolean =>
    reason === undefined && performance.now() - at >= limits.stableMs;

  const remember = (key: string, next: Past): void => {
    const isTrouble = next.times > 0 || (past.get(key)?.times ?? 0) > 0;
    past.set(key, next);
    if (past.size > remembered) {
      const isOld = (each: Past): boolean => performance.now() - each.at > rememberedMs;
      for (const [each, before] of past) if (isStable(before) || isOld(before)) past.delete(each);
    }
    if (isTrouble) onTrouble();
  };

  /** What failed, or did not stay, so many times waits before it is tried again. */
  const waitFor = (key: string, { digest, reason = '', times }: Omit<Past, 'at'>): void => {
    const failed: Asked = { state: 'failed', digest, reason, isDue: false };
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

  for (const { ageMs, digest, key, reason, times } of options.failures) {
    const before: Past = { times, digest, reason, at: performance.now() - ageMs };
    past.set(key, before);
    if (reason !== undefined) waitFor(key, before);
  }

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
      remember(key, {
        times,
        digest: stepDigest(planned.step, planned.values),
        reason: undefined,
        at: performance.now(),
      });
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
      const digest = failureDigest(planned.step, planned.values);
      const times = (past.get(key)?.times ?? 0) + 1;
      const reason = error instanceof Error ? error.message : describeError(error);
      const told = times > 1 ? `${reason}, ${times} times in a row` : reason;
      remember(key, { times, digest, reason: told, at: performance.now() });
      waitFor(key, { times, digest, reason: told });
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
    if (before === undefined || before.reason !== undefined || asked.get(key)?.state === 'failed')
      return false;
    const digest = stepDigest(planned.step, planned.values);
    if (isStable(before) || before.digest !== digest) {
      past.delete(key);
      if (before.times > 0) onTrouble();
      return false;
    }
    const times = before.times + 1;
    if (times < 2) {
      remember(key, { ...before, times });
      return false;
    }
    const reason = `${describeStep(step)}: it was done, and undone soon after, ${times} times`;
    const failing = { digest: failureDigest(planned.step, planned.values), reason };
    remember(key, { times, ...failing, at: performance.now() });
    waitFor(key, { times: times - 1, ...failing });
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
    failures() {
      return [...past].flatMap(([key, each]) => {
        const { at, digest, reason, times } = each;
        return times === 0 || isStable(each)
          ? []
          : [{ key, digest, times, reason, ageMs: performance.now() - at }];
      });
    },
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
