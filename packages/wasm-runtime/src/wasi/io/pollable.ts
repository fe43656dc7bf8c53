import type { Readiness } from './bytes.js';
import { GuestMisuseError } from './errors.js';
import { throwIfEnded, waitUntilReady } from './waiting.js';

/**
 * Resource `wasi:io/poll.pollable`, over anything that can become ready.
 *
 * @param signal aborted when the invocation must end: `block` then rejects, which traps the guest
 */
export class Pollable {
  readonly #readiness: Readiness;
  readonly #signal: AbortSignal | undefined;
  #watchers: Set<() => void> | undefined;
  #armed = false;

  constructor(readiness: Readiness, signal?: AbortSignal) {
    this.#readiness = readiness;
    this.#signal = signal;
  }

  ready(): boolean {
    return this.#readiness.isReady();
  }

  block(): void | Promise<void> {
    throwIfEnded(this.#signal);
    if (this.#readiness.isReady()) return;
    return waitUntilReady(this.#readiness, this.#signal);
  }

  /**
   * Calls `watcher` once this becomes ready. However often a guest polls a slow pollable, its source is asked
   * for one promise only, so that long waits in a loop hold no growing list of reactions.
   */
  watch(watcher: () => void): void {
    this.#watchers ??= new Set();
    this.#watchers.add(watcher);
    if (this.#armed) return;
    this.#armed = true;
    void this.#readiness.ready().then(() => {
      this.#armed = false;
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
 * Function `wasi:io/poll.poll`: the indices of all pollables that are ready, as soon as one is.
 *
 * @throws GuestMisuseError for an empty list, as the WIT demands; InvocationEndedError when `signal` is aborted
 */
export function poll(
  pollables: readonly Pollable[],
  signal?: AbortSignal,
): Uint32Array | Promise<Uint32Array> {
  if (pollables.length === 0) throw new GuestMisuseError('the guest polled an empty list of pollables');
  throwIfEnded(signal);
  const ready = readyIndices(pollables);
  return ready.length > 0 ? ready : waitForAny(pollables, signal);
}

async function waitForAny(
  pollables: readonly Pollable[],
  signal: AbortSignal | undefined,
): Promise<Uint32Array> {
  for (;;) {
    await firstWake(pollables, signal);
    throwIfEnded(signal);
    const ready = readyIndices(pollables);
    if (ready.length > 0) return ready;
  }
}

async function firstWake(pollables: readonly Pollable[], signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = (): void => resolve();
  for (const pollable of pollables) pollable.watch(wake);
  signal?.addEventListener('abort', wake, { once: true });
  try {
    await promise;
  } finally {
    for (const pollable of pollables) pollable.unwatch(wake);
    signal?.removeEventListener('abort', wake);
  }
}

function readyIndices(pollables: readonly Pollable[]): Uint32Array {
  const indices: number[] = [];
  pollables.forEach((pollable, index) => {
    if (pollable.ready()) indices.push(index);
  });
  return Uint32Array.from(indices);
}
