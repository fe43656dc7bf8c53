import type { Readiness } from './bytes.js';
import { GuestMisuseError } from './errors.js';
import { IdleCalls } from './idle-calls.js';

/**
 * Resource `wasi:io/poll.pollable`, over anything that can become ready. The engine ends its waits when the
 * invocation ends.
 */
export class Pollable {
  readonly #readiness: Readiness;
  readonly #idle: IdleCalls;
  #watchers: Set<() => void> | undefined;
  #isWatching = false;

  /** @param idle of what it belongs to: guests may make a new one each time they ask */
  constructor(readiness: Readiness, idle: IdleCalls = new IdleCalls()) {
    this.#readiness = readiness;
    this.#idle = idle;
  }

  /** For the host. */
  get isReady(): boolean {
    return this.#readiness.isReady();
  }

  /** Has it come about without a wait, for a guest that asks again and again. */
  request(): void {
    void this.#readiness.ready();
  }

  ready(): boolean | PromiseLike<boolean> {
    const { isReady } = this;
    if (!isReady) this.request();
    return this.#idle.count(isReady);
  }

  block(): void | PromiseLike<void> {
    return this.isReady ? this.#idle.count(undefined) : this.#readiness.ready();
  }

  /**
   * Calls `watcher` once this becomes ready. However often a guest polls a slow pollable, its source is asked
   * for one promise only, so that long waits in a loop hold no growing list of reactions.
   */
  watch(watcher: () => void): void {
    this.#watchers ??= new Set();
    this.#watchers.add(watcher);
    if (this.#isWatching) return;
    this.#isWatching = true;
    void this.#readiness.ready().then(() => {
      this.#isWatching = false;
      const watchers = [...(this.#watchers ?? [])];
      this.#watchers?.clear();
      for (const watch of watchers) watch();
    });
  }

  unwatch(watcher: () => void): void {
    this.#watchers?.delete(watcher);
  }
}

/**
 * Function `wasi:io/poll.poll`: the indices of all pollables that are ready, as soon as one is. A guest may poll something that
 * is always ready beside what it waits for.
 *
 * @param idle of the invocation
 * @throws GuestMisuseError for an empty list, as the WIT demands
 */
export function poll(
  pollables: readonly Pollable[],
  idle: IdleCalls = new IdleCalls(),
): Uint32Array | PromiseLike<Uint32Array> {
  if (pollables.length === 0) throw new GuestMisuseError('the guest polled an empty list of pollables');
  const ready = readyIndices(pollables);
  if (ready.length === 0) return waitForAny(pollables);
  if (ready.length < pollables.length) {
    for (const pollable of pollables) if (!pollable.isReady) pollable.request();
  }
  return idle.count(ready);
}

async function waitForAny(pollables: readonly Pollable[]): Promise<Uint32Array> {
  for (;;) {
    await firstWake(pollables);
    const ready = readyIndices(pollables);
    if (ready.length > 0) return ready;
  }
}

async function firstWake(pollables: readonly Pollable[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = (): void => resolve();
  for (const pollable of pollables) pollable.watch(wake);
  try {
    await promise;
  } finally {
    for (const pollable of pollables) pollable.unwatch(wake);
  }
}

function readyIndices(pollables: readonly Pollable[]): Uint32Array {
  const indices: number[] = [];
  pollables.forEach((pollable, index) => {
    if (pollable.isReady) indices.push(index);
  });
  return Uint32Array.from(indices);
}
