/** What there may only be so many of, in one component or in the process. */
export type BudgetName = 'waiting-invocations' | 'kept-instances' | ProcessBudgetName;

export type ProcessBudgetName = 'suspended-stacks' | 'linear-memories' | 'mapped-areas' | 'resident-memory';

/** What a budget has room for is free again within about this time, in ms, as far as anybody can tell. */
export const defaultRetryAfterMs = 1_000;

/** An invocation was refused because it would take more than there may be; nothing of it ran. */
export class OverloadedError extends Error {
  override readonly name = 'OverloadedError';
  readonly component: string;
  /** The budget that has no room. */
  readonly budget: BudgetName;
  /** When trying again may be worth it. */
  readonly retryAfterMs: number;

  /**
   * @param reason names the limits and says what to raise
   */
  constructor(details: {
    readonly component: string;
    readonly budget: BudgetName;
    readonly reason: string;
    readonly retryAfterMs?: number;
  }) {
    const { component, budget, reason, retryAfterMs = defaultRetryAfterMs } = details;
    super(`component "${component}" is not invoked now: ${reason}`);
    this.component = component;
    this.budget = budget;
    this.retryAfterMs = retryAfterMs;
  }
}
