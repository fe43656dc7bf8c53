import { type AnyLimitName, describeLimit, limitAdvice } from './limit-table.js';

export interface ExceededLimit {
  readonly component: string;
  readonly limit: AnyLimitName;
  /** The value of the limit, in its unit. */
  readonly allowed: number;
  /** What it did: `asks for 100000 random bytes at once`. */
  readonly what: string;
}

/** A guest asked for more than its component may take. Its invocation is over, others are not affected. */
export class LimitExceededError extends Error {
  override readonly name: string = 'LimitExceededError';
  readonly component: string;
  readonly limit: AnyLimitName;
  readonly allowed: number;

  constructor({ component, limit, allowed, what }: ExceededLimit, options?: ErrorOptions) {
    super(
      `component "${component}" ${what}; its limit "${limit}" is ${describeLimit(limit, allowed)}: ${limitAdvice(limit)}`,
      options,
    );
    this.component = component;
    this.limit = limit;
    this.allowed = allowed;
  }
}

/** Deeper causes are not looked at. */
const maxCauses = 8;

/**
 * The limit of this component that an error is about, be it by its cause; `undefined` for none. What ended a component that this one
 * called is not its own.
 */
export function exceededLimit(error: unknown, component: string): LimitExceededError | undefined {
  let cause = error;
  for (let depth = 0; depth < maxCauses && cause instanceof Error; depth++) {
    if (cause instanceof LimitExceededError) return cause.component === component ? cause : undefined;
    cause = cause.cause;
  }
  return undefined;
}
