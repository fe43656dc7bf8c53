import type { SharedPermits } from './shared-permits.js';

/** How many may wait at once has no default bound, as upstream: callers wait until a permit is free. */
export interface PermitsOptions {
  readonly limit: number;
  /** Beyond it {@link Permits.acquire} rejects at once. */
  readonly maxWaiting?: number;
  /** Permits of other threads count too: a permit of this thread needs one of these. */
  readonly shared?: SharedPermits | undefined;
}

/** More callers wait for a permit than the configuration allows. */
export class TooManyWaitingError extends Error {
  override readonly name = 'TooManyWaitingError';

  constructor(limit: number, waiting: number) {
    super(
      `all ${limit} permits are taken and ${waiting} callers wait already: raise max_instances or the bound on waiting`,
    );
  }
}

interface Waiter {
  grant(): void;
}

/** A counting semaphore: first come, first served, with a limit that may change while permits are out. */
export class Permits {
  #limit: number;
  readonly #maxWaiting: number;
  readonly #shared: SharedPermits | undefined;
  #taken = 0;
  /** Whether this thread looks for a shared permit for those that wait. */
  #looking = false;
  /** In the order of arrival; a `Set` so that leaving the queue is as cheap as joining it. */
  readonly #waiters = new Set<Waiter>();

  constructor({ limit, maxWaiting = Number.POSITIVE_INFINITY, shared }: PermitsOptions) {
    this.#limit = assertLimit(limit);
    this.#maxWaiting = maxWaiting;
    this.#shared = shared;
  }

  get limit(): number {
    return this.#limit;
  }

  get taken(): number {
    return this.#taken;
  }

  get waiting(): number {
    return this.#waiters.size;
  }

  /** Whether {@link Permits.acquire} would not have to wait at this moment. */
  get isFree(): boolean {
    return this.#waiters.size === 0 && this.#taken < this.#limit && (this.#shared?.isFree ?? true);
  }

  /**
   * Takes a permit, waiting for one if need be. The returned function gives it back; calling it again does nothing.
   *
   * @throws TooManyWaitingError, or the reason of `signal`
   */
  async acquire(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.#waiters.size > 0 || !this.#take()) {
      if (this.#waiters.size >= this.#maxWaiting) {
        throw new TooManyWaitingError(this.#limit, this.#waiters.size);
      }
      await this.#wait(signal);
    }
    return this.#release();
  }

  /** A lower limit takes no permit away: it takes effect as permits come back. */
  resize(limit: number): void {
    this.#limit = assertLimit(limit);
    this.#grantFree();
  }

  #take(): boolean {
    if (this.#taken >= this.#limit) return false;
    // Whoever may not wait here has somewhere else to go, so those that wait in another thread are first.
    const polite = this.#maxWaiting === 0;
    if (this.#shared && !(polite ? this.#shared.tryTakeIdle() : this.#shared.tryTake())) return false;
    this.#taken++;
    return true;
  }

  /** What gives one permit back. */
  #release(): () => void {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#taken--;
      this.#shared?.give();
      this.#grantFree();
    };
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#leaveQueue(waiter);
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        grant: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiters.add(waiter);
      this.#shared?.setWaiting(this.#waiters.size);
      void this.#lookForShared();
    });
  }

  #leaveQueue(waiter: Waiter): void {
    this.#waiters.delete(waiter);
    this.#shared?.setWaiting(this.#waiters.size);
  }

  /** Other threads give permits back without a word to this one. */
  async #lookForShared(): Promise<void> {
    if (this.#shared === undefined || this.#looking) return;
    this.#looking = true;
    await this.#shared.whileWanted(() => {
      this.#grantFree();
      return this.#waiters.size > 0;
    });
    this.#looking = false;
  }

  /** The permit is counted here and not when the waiter resumes, so that nobody slips in between. */
  #grantFree(): void {
    for (const waiter of this.#waiters) {
      if (!this.#take()) return;
      this.#leaveQueue(waiter);
      waiter.grant();
    }
  }
}

function assertLimit(limit: number): number {
  if (!Number.isInteger(limit) || limit < 1) {
    throw new RangeError(`max_instances must be a whole number of at least 1, not ${limit}`);
  }
  return limit;
}
