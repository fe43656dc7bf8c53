import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { HostInventory } from '@wasmlattice/control-interface';
import type { ObservedHost } from './observed-host.js';

/** What an observer knows of one host. Times are those of `performance.now()`. */
export class HostRecord {
  readonly id: string;
  readonly foundAt: number;
  inventory: HostInventory | undefined;
  heardAt: number;
  /** When it may take over work; until its inventory tells how long it runs, as long as possible. */
  settlesAt: number;
  readonly #settleMs: number;
  #isOfOurs = false;
  #wasSettled = false;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(id: string, now: number, settleMs: number) {
    this.id = id;
    this.foundAt = now;
    this.heardAt = now;
    this.settlesAt = now + settleMs;
    this.#settleMs = settleMs;
  }

  /** Whether it gives signs of life. */
  get isOfOurs(): boolean {
    return this.#isOfOurs;
  }

  signed(now: number): void {
    this.#isOfOurs = true;
    this.heardAt = now;
  }

  observed(now: number): ObservedHost | undefined {
    const { inventory } = this;
    return inventory === undefined ? undefined : { inventory, isSettled: now >= this.settlesAt };
  }

  /** @returns whether anything but its age is different */
  tell(inventory: HostInventory, now: number, hasReturned: boolean): boolean {
    const before = this.inventory;
    this.inventory = inventory;
    if (before === undefined && !hasReturned) {
      this.settlesAt = now + Math.max(0, this.#settleMs - inventory.uptimeSeconds * 1_000);
      this.#wasSettled = now >= this.settlesAt;
    }
    return before === undefined || !isDeepStrictEqual(ageless(before), ageless(inventory));
  }

  /** True once: when it has settled since the last call. */
  settledSince(now: number): boolean {
    if (this.#wasSettled || this.inventory === undefined || now < this.settlesAt) return false;
    this.#wasSettled = true;
    return true;
  }

  /** Runs `ask` now, or once more after the one that runs; whoever asks meanwhile shares that. */
  nextAsk(ask: () => Promise<void>): Promise<void> {
    if (this.#asking === undefined) {
      this.#asking = ask().finally(() => {
        this.#asking = undefined;
      });
      return this.#asking;
    }
    this.#next ??= this.#asking.then(() => {
      this.#next = undefined;
      return this.nextAsk(ask);
    });
    return this.#next;
  }

  /** Waits until the last question is `gapMs` ago. */
  async gap(gapMs: number, signal: AbortSignal): Promise<void> {
    const wait = this.#askedAt + gapMs - performance.now();
    if (wait > 0) await delay(wait, undefined, { signal }).catch(() => {});
    this.#askedAt = performance.now();
  }
}

function ageless(inventory: HostInventory): object {
  const { uptimeHuman: _human, uptimeSeconds: _seconds, ...rest } = inventory;
  return rest;
}
