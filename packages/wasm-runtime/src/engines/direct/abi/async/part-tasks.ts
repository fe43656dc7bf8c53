import type { AbiPart } from '../abi-part.js';
import { AbiTrap } from '../abi-trap.js';
import { HandleTable } from '../handle-table.js';
import { GuestThread } from './guest-thread.js';
import { Task } from './task.js';

/** Most times that a part may ask for calls to be held back without taking one of them back. */
const maxBackpressure = 2 ** 16;

/** What runs in a part. */
export class PartTasks {
  /** Of the call of a synchronous function under way: there is one at a time. */
  #synchronous: GuestThread;
  readonly #part: AbiPart;
  #threads: HandleTable | undefined;
  /** What runs, or ran last. */
  thread: GuestThread;
  /** How often the part has asked for calls to be held back, and not taken it back. */
  backpressure = 0;
  /** Calls that are held back. */
  waitingToEnter = 0;
  /** The thread beside which no other that is exclusive may be inside. */
  exclusive: GuestThread | undefined;

  constructor(part: AbiPart) {
    this.#part = part;
    this.#synchronous = new GuestThread(new Task(part, synchronous, undefined));
    this.thread = this.#synchronous;
  }

  /** Whether a call is to be held back. */
  holdsBack({ options }: Task): boolean {
    return this.backpressure > 0 || (options.isExclusive && this.exclusive !== undefined);
  }

  /** The call of a synchronous function begins. */
  enterSynchronous(): void {
    this.#leaveLastTask();
    const thread = this.#synchronous;
    thread.task.reuse();
    thread.slots[0] = 0;
    thread.slots[1] = 0;
    this.thread = thread;
  }

  /** It ends. @returns how many of the handles that it was lent it has not dropped */
  exitSynchronous(): number {
    const { task } = this.thread;
    task.state = 'resolved';
    if (this.thread.index !== undefined) this.forget(this.thread);
    return task.borrows;
  }

  /** Threads by the numbers that the guest knows them by. */
  get threads(): HandleTable {
    this.#threads ??= new HandleTable(this.#part.instance.handleCount);
    return this.#threads;
  }

  indexOf(thread: GuestThread, label: string): number {
    thread.index ??= this.threads.addOther(thread, label);
    return thread.index;
  }

  /** The thread is over. */
  forget(thread: GuestThread): void {
    if (thread.index !== undefined) this.threads.removeOther(thread.index);
    thread.index = undefined;
  }

  /** Whether a thread could go on while a synchronous task waits. */
  get hasReadyThread(): boolean {
    return this.#readyThread() !== undefined;
  }

  /** Has threads of the part go on, one after the other, until `waiting` does, which is of a synchronous task. */
  goOnInside(waiting: GuestThread): void {
    if (!waiting.isWaiting) return;
    const next = this.#readyThread();
    if (next === undefined) {
      waiting.abandon(
        this.#part.instance.fail(
          new AbiTrap(`cannot block a synchronous task before returning: ${waiting.describe()}`),
        ),
      );
      return;
    }
    next.resumeInside(() => {
      if (next !== waiting) this.goOnInside(waiting);
    });
  }

  #readyThread(): GuestThread | undefined {
    return this.#part.instance.tasks.findBlocked(
      (thread) =>
        thread.task.part === this.#part &&
        thread !== this.exclusive &&
        thread.task.state !== 'initial' &&
        (thread.isResumable || thread.isYielding),
    );
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
    this.#threads?.clear();
    this.#leaveLastTask();
    this.thread = this.#synchronous;
  }

  /** Threads that the call before made are of that call's task. Without any, nothing of it is left. */
  #leaveLastTask(): void {
    const { index, task } = this.#synchronous;
    if (index === undefined && task.threads.length === 0) return;
    this.#synchronous = new GuestThread(new Task(this.#part, synchronous, undefined));
  }
}

const synchronous = { label: 'a synchronous function', isAsync: false, isExclusive: false };
