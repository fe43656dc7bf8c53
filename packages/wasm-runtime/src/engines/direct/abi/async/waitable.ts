import { AbiTrap } from '../abi-trap.js';
import type { OtherEntry } from '../handle-table.js';
import type { GuestEvent } from './events.js';
import type { WaitableSet } from './waitable-set.js';

/** Makes an event when it is given to the guest: until then it may still change. */
export interface PendingEvent {
  makeEvent(): GuestEvent;
}

/** Something that a guest can wait for: a subtask, or one end of a stream or future. */
export abstract class Waitable implements OtherEntry {
  readonly resource = undefined;
  abstract readonly what: string;
  #pending: PendingEvent | undefined;
  #set: WaitableSet | undefined;
  /** Whether a guest waits for this one alone. */
  hasSyncWaiter = false;

  get hasPendingEvent(): boolean {
    return this.#pending !== undefined;
  }

  get isInSet(): boolean {
    return this.#set !== undefined;
  }

  /** Replaces an event that was not taken. */
  setPendingEvent(event: PendingEvent): void {
    this.#pending = event;
    this.#set?.mark(this);
  }

  /** Only while there is one. */
  takePendingEvent(): GuestEvent {
    const event = this.#pending;
    if (event === undefined) throw new Error(`${this.what} has no event`);
    this.#pending = undefined;
    this.#set?.unmark(this);
    return event.makeEvent();
  }

  /** Moves it to a set, or out of any. */
  join(set: WaitableSet | undefined): void {
    this.#set?.remove(this);
    this.#set = set;
    set?.add(this);
  }

  /** @throws AbiTrap for what must not be dropped yet */
  drop(label: string): void {
    if (this.hasSyncWaiter) throw new AbiTrap(`${label}: the guest waits for ${this.what}`);
    this.#pending = undefined;
    this.join(undefined);
  }

  /** The guest is gone, and with it all that it held. */
  abandon(): void {}
}
