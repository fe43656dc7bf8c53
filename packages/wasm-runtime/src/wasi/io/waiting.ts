import type { Readiness } from './bytes.js';
import { InvocationEndedError } from './errors.js';

/** @throws InvocationEndedError when `signal` is aborted: the guest traps instead of waiting any more. */
export function throwIfEnded(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new InvocationEndedError(signal.reason);
}

/**
 * Waits for `readiness`. Rejects with `InvocationEndedError` as soon as `signal` is aborted.
 * The listener on the signal goes away on every exit.
 */
export async function waitUntilReady(readiness: Readiness, signal: AbortSignal | undefined): Promise<void> {
  throwIfEnded(signal);
  if (signal === undefined) return readiness.ready();
  let onAbort: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    onAbort = resolve;
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    await Promise.race([readiness.ready(), ended]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  throwIfEnded(signal);
}

/**
 * One wait that several callers share and that can be renewed: `promise()` while not yet ready, `wake()` when
 * the state changed. Sources and sinks build their `ready()` on it.
 */
export class WakeUp {
  #pending: PromiseWithResolvers<void> | undefined;

  promise(): Promise<void> {
    this.#pending ??= Promise.withResolvers<void>();
    return this.#pending.promise;
  }

  wake(): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#pending = undefined;
    pending.resolve();
  }
}
