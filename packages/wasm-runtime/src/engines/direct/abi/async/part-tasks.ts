import type { AbiPart } from '../abi-part.js';
import { AbiTrap } from '../abi-trap.js';
import { GuestThread } from './guest-thread.js';
import { Task } from './task.js';

/** Most times that a part may ask for calls to be held back without taking one of them back. */
const maxBackpressure = 2 ** 16;

/** What runs in a part. */
export class PartTasks {
  /** Of the call of a synchronous function under way: there is one at a time. */
  readonly #synchronous: GuestThread;
  /** What runs, or ran last. */
  thread: GuestThread;
  /** How often the part has asked for calls to be held back, and not taken it back. */
  backpressure = 0;
  /** Calls that are held back. */
  waitingToEnter = 0;
  /** The thread beside which no other that is exclusive may be inside. */
  exclusive: GuestThread | undefined;

  constructor(part: AbiPart) {
    const options = { label: 'a synchronous function', isAsync: false, isExclusive: false };
    this.#synchronous = new GuestThread(new Task(part, options, undefined));
    this.thread = this.#synchronous;
  }

  /** Whether a call is to be held back. */
  holdsBack({ options }: Task): boolean {
    return this.backpressure > 0 || (options.isExclusive && this.exclusive !== undefined);
  }

  /** The call of a synchronous function begins. */
  enterSynchronous(): void {
    const thread = this.#synchronous;
    thread.task.reuse();
    thread.slots[0] = 0;
    thread.slots[1] = 0;
    this.thread = thread;
  }

  /**
   * Runs code of the part that is a task of its own, in the middle of another: a realloc, a destructor. It finds its context empty, and what
   * it leaves there is gone.
   */
  aside<T>(run: () => T): T {
    const { slots } = this.thread;
    const [first, second] = slots;
    slots[0] = 0;
    slots[1] = 0;
    try {
      return run();
    } finally {
      slots[0] = first;
      slots[1] = second;
    }
  }

  /** @throws AbiTrap for a part that asks too often */
  raiseBackpressure(): void {
    this.backpressure++;
    if (this.backpressure >= maxBackpressure) {
      throw new AbiTrap(`backpressure.inc: called ${maxBackpressure} times without backpressure.dec`);
    }
  }

  /** @throws AbiTrap for a part that has not asked */
  lowerBackpressure(): void {
    if (this.backpressure === 0)
      throw new AbiTrap('backpressure.dec: called more often than backpressure.inc');
    this.backpressure--;
  }

  /** After an invocation. */
  reset(): void {
    this.backpressure = 0;
    this.waitingToEnter = 0;
    this.exclusive = undefined;
    this.thread = this.#synchronous;
  }
}
