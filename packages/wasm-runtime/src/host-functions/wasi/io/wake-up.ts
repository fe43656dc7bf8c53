/**
 * A wait that several callers share and that renews itself: `promise()` while something is not ready, `wake()` once
 * it is. Sources and sinks build their `ready()` on it.
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
