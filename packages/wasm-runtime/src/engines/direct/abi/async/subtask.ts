import { AbiTrap } from '../abi-trap.js';
import type { Lendable } from '../handle-table.js';
import { eventCodes, type GuestEvent, type SubtaskState, subtaskStates } from './events.js';
import { type PendingEvent, Waitable } from './waitable.js';

/** A call that a guest made and that need not have come to its end. */
export class Subtask extends Waitable implements PendingEvent {
  /** Names what was called, for messages. */
  readonly label: string;
  /** The guest's number of it, once it has one. */
  index = 0;
  state: SubtaskState = subtaskStates.starting;
  isCancellationRequested = false;
  /** Asks the callee to end it. Returns a promise while that runs guest code that V8 has suspended. */
  onCancel: (() => Promise<void> | undefined) | undefined;
  #lenders: Lendable[] | undefined;
  #isDelivered = false;

  constructor(label: string) {
    super();
    this.label = label;
  }

  get what(): string {
    return this.index === 0
      ? `the call of ${this.label}`
      : `subtask ${this.index}, the call of ${this.label}`;
  }

  /** Whether it has come to its end. */
  get isResolved(): boolean {
    return this.state >= subtaskStates.returned;
  }

  /** Whether the guest knows that it has. */
  get isDelivered(): boolean {
    return this.#isDelivered;
  }

  /** What was lent for the call; given back when the guest learns of its end. */
  lend(lenders: Lendable[]): void {
    if (lenders.length > 0) this.#lenders = lenders;
  }

  /** The guest learns of the end. */
  deliver(): void {
    this.#isDelivered = true;
    for (const lender of this.#lenders ?? []) lender.lends--;
    this.#lenders = undefined;
  }

  /** Something happened that the guest is to be told. */
  progress(): void {
    this.setPendingEvent(this);
  }

  makeEvent(): GuestEvent {
    if (this.isResolved) this.deliver();
    return { code: eventCodes.subtask, index: this.index, payload: this.state };
  }

  override drop(label: string): void {
    if (!this.#isDelivered) {
      throw new AbiTrap(`${label}: ${this.what} has not come to its end, as far as the guest was told`);
    }
    super.drop(label);
  }
}
