import type { EndSignal } from '../ending.js';
import type { ThreadCells } from './component-cells.js';
import { monotonicMs } from './monotonic-clock.js';
import { defaultRetryAfterMs, OverloadedError } from './overloaded-error.js';
import { SharedPermits, type SharedPermitsOptions } from './shared-permits.js';

export interface PermitsOptions extends SharedPermitsOptions {
  /** Names the component in errors. */
  readonly component: string;
  /** The permits, and this thread's part of them. */
  readonly cells: ThreadCells;
  /** Callers that may wait in this thread, below the bound for all threads that the cells hold. */
  readonly maxWaiting?: number | undefined;
  /** Told how long a caller had to wait, in ms, when it gets its permit or gives up; not told of those that need not wait. */
  readonly onWaited?: ((ms: number) => void) | undefined;
  /** Time in ms, the same in all threads; by default {@link monotonicMs}. */
  readonly now?: () => number;
  /**
   * How often a thread in which somebody waits looks for a permit that nobody told it of, in ms, by default 50: one that was
   * handed to a thread which computes, or which ended.
   */
  readonly patrolMs?: number;
  /**
   * How long a caller may wait while callers hold resources of all instances, in ms, by default 1,000: a permit is free again when
   * those drop them, which may be never.
   */
  readonly keptPatienceMs?: number;
}

export interface AcquireOptions {
  /** The caller bounds its wait itself, whoever has the permits. */
  readonly isPatient?: boolean;
}

interface Waiter {
  readonly since: number;
  readonly isPatient: boolean;
  grant(): void;
  refuse(error: OverloadedError): void;
}

/** Bounds of {@link OverloadedError.retryAfterMs}, which else is the wait of the caller that was served last. */
const retryAfterMs = { min: 100, max: 10_000 };

/**
 * A counting semaphore over all threads that run a component: in one thread first come, first served, among threads nearly so, as
 * each free permit goes to who waits longest unless that gains a few ms only.
 */
export class Permits {
  readonly #component: string;
  readonly #shared: SharedPermits;
  readonly #maxWaiting: number;
  readonly #onWaited: ((ms: number) => void) | undefined;
  readonly #now: () => number;
  readonly #patrolMs: number;
  readonly #keptPatienceMs: number;
  #taken = 0;
  /** Whether this thread looks for permits for those that wait. */
  #looking = false;
  #lastWaitMs: number | undefined;
  /** In the order of arrival; a `Set` so that leaving the queue is as cheap as joining it. */
  readonly #waiters = new Set<Waiter>();

  constructor(options: PermitsOptions) {
    const { component, cells, maxWaiting = Number.POSITIVE_INFINITY, onWaited } = options;
    this.#component = component;
    this.#shared = new SharedPermits(cells, options);
    this.#maxWaiting = maxWaiting;
    this.#onWaited = onWaited;
    this.#now = options.now ?? monotonicMs;
    this.#patrolMs = options.patrolMs ?? 50;
    this.#keptPatienceMs = options.keptPatienceMs ?? 1_000;
  }

  /** Of all threads. */
  get limit(): number {
    return this.#shared.limit;
  }

  /** Of this thread. */
  get taken(): number {
    return this.#taken;
  }

  /** Callers in this thread. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** How long the first of those that wait in this thread has done so, in ms; 0 when nobody does. */
  get longestWaitMs(): number {
    const first = this.#first();
    return first === undefined ? 0 : this.#now() - first.since;
  }

  /** Whether {@link Permits.acquire} would not have to wait at this moment. */
  get isFree(): boolean {
    return this.#waiters.size === 0 && this.#shared.hasFree;
  }

  /**
   * Takes a permit, waiting for one if need be. The returned function gives it back; calling it again does nothing.
   *
   * @throws OverloadedError when too many wait already, or when callers hold resources of all instances, or the reason of `signal`
   */
  async acquire(signal?: EndSignal, { isPatient = false }: AcquireOptions = {}): Promise<() => void> {
    const taken = this.take(signal);
    if (taken !== undefined) return taken;
    await this.#wait(signal, isPatient);
    return this.#release();
  }

  /**
   * As {@link Permits.acquire} where that would not have to wait; else `undefined`.
   *
   * @throws the reason of `signal`
   */
  take(signal?: EndSignal): (() => void) | undefined {
    signal?.throwIfAborted();
    if (this.#waiters.size > 0 || !this.#shared.tryTake()) return undefined;
    this.#taken++;
    return this.#release();
  }

  /** What gives one permit back. */
  #release(): () => void {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#taken--;
      this.#giveBack();
    };
  }

  #giveBack(): void {
    const shared = this.#shared;
    if (shared.seemsWantedElsewhere(this.#waiters.size) && shared.tryHandOver(this.#first()?.since)) return;
    const waiting = shared.give();
    if (waiting === 0) return;
    const isWantedElsewhere = waiting > this.#waiters.size;
    this.#grantFree();
    if (isWantedElsewhere) shared.wakeOthers();
  }

  #wait(signal: EndSignal | undefined, isPatient: boolean): Promise<void> {
    const since = this.#now();
    this.#join();
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#leaveQueue(waiter);
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        since,
        isPatient,
        grant: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
        refuse: (error) => {
          signal?.removeEventListener('abort', onAbort);
          this.#leaveQueue(waiter);
          reject(error);
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiters.add(waiter);
      if (this.#waiters.size === 1) this.#shared.openDoor(since);
      this.#grantFree();
      void this.#look();
    });
  }

  #join(): void {
    const shared = this.#shared;
    const hasRoom = this.#waiters.size < this.#maxWaiting;
    if (!hasRoom) shared.countRefusal();
    if (hasRoom && shared.join()) return;
    const allowed = hasRoom ? shared.maxWaiting : this.#maxWaiting;
    const waiting = hasRoom ? shared.waiting : this.#waiters.size;
    const wait = Math.max(retryAfterMs.min, this.#lastWaitMs ?? defaultRetryAfterMs, this.longestWaitMs);
    throw new OverloadedError({
      component: this.#component,
      budget: 'waiting-invocations',
      reason: `all ${shared.limit} of its instances are in use and ${waiting} invocations wait already, of at most ${allowed}: raise its max_instances or the bound on waiting`,
      retryAfterMs: Math.ceil(Math.min(retryAfterMs.max, wait)),
    });
  }

  #leaveQueue(waiter: Waiter): void {
    this.#waiters.delete(waiter);
    this.#shared.leave();
    this.#lastWaitMs = this.#now() - waiter.since;
    this.#onWaited?.(this.#lastWaitMs);
    const first = this.#first();
    if (first !== undefined) this.#shared.openDoor(first.since);
    else if (this.#shared.closeDoor()) this.#giveBack();
  }

  /** Whoever frees a permit wakes this thread; it looks again from time to time, should that one be unable to. */
  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    while (this.#waiters.size > 0) {
      const wakeUps = this.#shared.wakeUps;
      this.#grantHanded();
      this.#grantFree();
      if (this.#waiters.size === 0) break;
      const isWoken = await this.#shared.sleep(wakeUps, this.#patrolMs);
      if (!isWoken && this.#shared.tryTakeStuck()) this.#grantTaken();
      this.#refuseBehindKept();
    }
    this.#looking = false;
  }

  /** Whoever holds the resources may wait for one of these callers itself. */
  #refuseBehindKept(): void {
    const { kept, limit } = this.#shared;
    if (kept < limit) return;
    const latest = this.#now() - this.#keptPatienceMs;
    for (const waiter of [...this.#waiters]) {
      if (waiter.since > latest) return;
      if (waiter.isPatient) continue;
      this.#shared.countRefusal();
      waiter.refuse(
        new OverloadedError({
          component: this.#component,
          budget: 'kept-instances',
          reason: `all ${limit} of its instances are kept for resources that callers hold, and none became free within ${this.#keptPatienceMs} ms: have callers drop resources when they are done with them, or raise its max_instances`,
        }),
      );
    }
  }

  #grantHanded(): void {
    const first = this.#first();
    if (first === undefined) return;
    this.#shared.openDoor(first.since);
    if (this.#shared.tryTakeHanded()) this.#grantTaken();
  }

  #grantFree(): void {
    while (this.#waiters.size > 0 && this.#shared.tryTake()) this.#grantTaken();
  }

  /** The permit is counted here and not when the waiter resumes, so that nobody slips in between. */
  #grantTaken(): void {
    const first = this.#first();
    if (first === undefined) {
      this.#giveBack();
      return;
    }
    this.#taken++;
    this.#leaveQueue(first);
    first.grant();
  }

  #first(): Waiter | undefined {
    if (this.#waiters.size === 0) return undefined;
    const [first] = this.#waiters;
    return first;
  }
}
