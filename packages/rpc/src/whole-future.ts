import type { WitType } from './types.js';

/**
 * A future that is all of a function's result, as a value that a promise can resolve with: a promise that resolves with a
 * promise waits for it. Handlers may return one; callers get one when they ask for it with `wholeFuture`.
 */
export class WholeFuture<T = unknown> {
  readonly value: Promise<T>;

  constructor(value: Promise<T>) {
    this.value = value;
  }
}

/** @internal the decoded result as its caller wants it */
export function keepFuture(
  type: WitType | undefined,
  value: unknown,
  isWanted: boolean | undefined,
): unknown {
  return isWanted && type?.kind === 'future' ? new WholeFuture(value as Promise<unknown>) : value;
}
