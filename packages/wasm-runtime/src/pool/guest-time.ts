import { performance } from 'node:perf_hooks';
import type { GuestClock } from '../engines/engine.js';

export interface GuestTimeOptions {
  /** Time in ms; by default `performance.now`. */
  readonly now?: () => number;
  /** What this thread has used so far: ms on a core, and ms in which its event loop was busy. By default what Node.js says. */
  readonly usage?: () => ThreadUsage;
}

export interface ThreadUsage {
  readonly cpuMs: number;
  readonly busyMs: number;
}

/** How often it is looked what part of its time a thread had a core, in ms. */
const usageMs = 500;

/**
 * The time that guests compute in one thread, by component. A guest that goes on after a wait is counted from the moment its wait
 * ended, one that is done until the host has its answer: some microtasks too much.
 */
export class GuestTime {
  readonly #now: () => number;
  readonly #usage: () => ThreadUsage;
  #running: GuestAccount | undefined;
  #since = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #used: ThreadUsage = { cpuMs: 0, busyMs: 0 };
  #cpuPart = 1;

  constructor({ now = () => performance.now(), usage = threadUsage }: GuestTimeOptions = {}) {
    this.#now = now;
    this.#usage = usage;
  }

  /** For one component. */
  account(): GuestAccount {
    return new GuestAccount(this);
  }

  /** From now on it is this one's guest that computes. */
  enter(account: GuestAccount): void {
    if (this.#running === account) return;
    const now = this.#now();
    this.#running?.add(now - this.#since);
    this.#running = account;
    this.#since = now;
  }

  /** It no longer does. */
  leave(account: GuestAccount): void {
    if (this.#running !== account) return;
    account.add(this.#now() - this.#since);
    this.#running = undefined;
  }

  /** The part of its busy time in which the thread had a core of late. */
  cpuPart(): number {
    const now = this.#now();
    if (now - this.#lookedAt < usageMs) return this.#cpuPart;
    const used = this.#usage();
    const busyMs = used.busyMs - this.#used.busyMs;
    if (busyMs > 0) this.#cpuPart = Math.min(1, Math.max(0, (used.cpuMs - this.#used.cpuMs) / busyMs));
    this.#used = used;
    this.#lookedAt = now;
    return this.#cpuPart;
  }
}

/** The time of one component in one thread. */
export class GuestAccount implements GuestClock {
  readonly #time: GuestTime;
  #ms = 0;
  #takenMs = 0;

  constructor(time: GuestTime) {
    this.#time = time;
  }

  /** Ms that its guests computed, up to the last time one stopped. */
  get ms(): number {
    return this.#ms;
  }

  enter(): void {
    this.#time.enter(this);
  }

  leave(): void {
    this.#time.leave(this);
  }

  /** Ms on a core since the last call. */
  takeCpuMs(): number {
    const ms = this.#ms - this.#takenMs;
    this.#takenMs = this.#ms;
    return ms * this.#time.cpuPart();
  }

  add(ms: number): void {
    this.#ms += ms;
  }
}

function threadUsage(): ThreadUsage {
  const { user, system } = process.threadCpuUsage();
  return { cpuMs: (user + system) / 1_000, busyMs: performance.eventLoopUtilization().active };
}
