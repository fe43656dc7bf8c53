import type { Attributes, Logger, Meter } from '@wasmlattice/telemetry';
import {
  budgetMetrics,
  type ProcessBudgetName,
  type ProcessBudgets,
  readProcessBudgets,
  startProcessSampler,
} from '@wasmlattice/wasm-runtime';

export interface WatchBudgetsOptions {
  readonly budgets: ProcessBudgets;
  readonly meter: Meter;
  readonly logger: Logger;
  /** What tells this process from others that the meter measures. */
  readonly of?: Attributes;
}

/**
 * Has the budgets of the process follow what only the system can count, and tells what is used of each and how much there may be.
 *
 * @returns what ends it
 */
export function watchBudgets({ budgets, meter, logger, of = {} }: WatchBudgetsOptions): () => void {
  const sampler = startProcessSampler({ budgets, onUnreadable: tellUnreadable(logger) });
  const names = Object.keys(readProcessBudgets(budgets)) as ProcessBudgetName[];
  const observations = names.flatMap((budget) => {
    const attributes = { ...of, budget };
    const { ceiling } = readProcessBudgets(budgets)[budget];
    const used = meter.observe(budgetMetrics.used, () => readProcessBudgets(budgets)[budget].used, {
      description: 'What the guests of this process use of what there may only be so much of',
      attributes,
    });
    if (!Number.isFinite(ceiling)) return [used];
    return [
      used,
      meter.observe(budgetMetrics.ceiling, () => ceiling, {
        description: 'Beyond it invocations are refused as overloaded',
        attributes,
      }),
    ];
  });
  return () => {
    sampler.close();
    for (const observation of observations) observation.close();
  };
}

/** While it lasts it is told once a minute. */
const toldEveryMs = 60_000;

/** The system closes connections that a process has no descriptor for, and nobody else would say why. */
function tellUnreadable(logger: Logger): (error: unknown) => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (performance.now() - toldAt < toldEveryMs) return;
    toldAt = performance.now();
    if (isOutOfDescriptors(error)) {
      logger.error(
        'no file descriptor is left: new connections are closed without an answer, and budgets go by what memory there was; raise the limit of open files (ulimit -n, LimitNOFILE)',
        { error },
      );
    } else {
      logger.error('the memory of this process can not be read: budgets go by what there was', { error });
    }
  };
}

function isOutOfDescriptors(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EMFILE' || code === 'ENFILE';
}
