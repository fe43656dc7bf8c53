import type { Attributes, Meter } from '@wasmlattice/telemetry';
import {
  budgetMetrics,
  type ProcessBudgetName,
  type ProcessBudgets,
  readProcessBudgets,
  startProcessSampler,
} from '@wasmlattice/wasm-runtime';

/**
 * Has the budgets of the process follow what only the system can count, and tells what is used of each and how much there may be.
 *
 * @param of what tells this process from others that the meter measures
 * @returns what ends it
 */
export function watchBudgets(budgets: ProcessBudgets, meter: Meter, of: Attributes = {}): () => void {
  const sampler = startProcessSampler({ budgets });
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
