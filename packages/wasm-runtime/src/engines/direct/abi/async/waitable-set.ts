import { AbiTrap } from '../abi-trap.js';
import type { OtherEntry } from '../handle-table.js';
import { type GuestEvent, noEvent } from './events.js';
import type { Waitable } from './waitable.js';

/** What a guest waits for at once. Events are taken in the order in which they came. */
export class WaitableSet implements OtherEntry {
  readonly resource = undefined;
  readonly what = 'a waitable set';
  readonly #members = new Set<Waitable>();
  readonly #ready = new Set<Waitable>();
  /** Threads of the guest that wait for it. */
  waiting = 0;

  get size(): number {
    return this.#members.size;
  }

  get hasPendingEvent(): boolean {
    return this.#ready.size > 0;
  }

  /** The event that came first; `none` without one. */
  takePendingEvent(): GuestEvent {
    for (const waitable of this.#ready) return waitable.takePendingEvent();
    return noEvent;
  }

  /** What is in it, for messages: `2 waitables: subtask 3, …`. */
  describe(): string {
    const members = [...this.#members].map(({ what }) => what);
    if (members.length === 0) return 'an empty waitable set';
    const more = members.length > 3 ? ', …' : '';
    return `a waitable set with ${members.slice(0, 3).join(', ')}${more}`;
  }

  add(waitable: Waitable): void {
    this.#members.add(waitable);
    if (waitable.hasPendingEvent) this.#ready.add(waitable);
  }

  remove(waitable: Waitable): void {
    this.#members.delete(waitable);
    this.#ready.delete(waitable);
  }

  mark(waitable: Waitable): void {
    this.#ready.add(waitable);
  }

  unmark(waitable: Waitable): void {
    this.#ready.delete(waitable);
  }

  /** @throws AbiTrap while anything is in it or waits for it */
  drop(label: string): void {
    if (this.#members.size > 0) throw new AbiTrap(`${label}: the set has ${this.#members.size} waitables`);
    if (this.waiting > 0) throw new AbiTrap(`${label}: a task waits for the set`);
  }
}
