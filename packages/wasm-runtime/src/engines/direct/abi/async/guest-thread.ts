import type { AbiInstance } from '../abi-instance.js';
import type { AbiPart } from '../abi-part.js';
import { AbiTrap } from '../abi-trap.js';
import type { Waiter } from '../call-queue.js';
import type { Returned } from '../core-arity.js';
import type { OtherEntry } from '../handle-table.js';
import type { Task } from './task.js';

/** What a thread waits for. */
export interface Wait {
  /** Whether it may go on; without it another thread has to resume it. */
  readonly isReady?: (() => boolean) | undefined;
  /** Whether it waits for nothing but others to have their turn. */
  readonly yields?: boolean;
  /** Whether a cancellation of the task ends the wait. */
  readonly cancellable: boolean;
  /** As the end of `… waits for`, for messages. */
  readonly what: () => string;
}

type Resume = (cancelled: boolean) => void;

/**
 * What runs in a task. While it waits it is a guest's stack that V8 has suspended, or nothing but a function to be called back; the others
 * of the instance go on meanwhile. Whoever has it go on learns when it waits again or is over.
 */
export class GuestThread implements Waiter, OtherEntry {
  readonly resource = undefined;
  readonly what = 'a thread';
  readonly task: Task;
  /** Of `context.get` and `context.set`. */
  readonly slots: [number | bigint, number | bigint] = [0, 0];
  /** The guest's number of it, once it has asked. */
  index: number | undefined;
  #wait: Wait | undefined;
  #resume: Resume | undefined;
  #onPaused: (() => void) | undefined;
  #from: AbiPart | undefined;
  /** Whether whoever has it go on is in the part already, and stays there. */
  #isInside = false;
  /** Whether V8 keeps a stack for it while it waits. */
  #hasStack = false;
  /** Ends the wait of a stack with what ended the guest. */
  #reject: ((error: unknown) => void) | undefined;

  constructor(task: Task) {
    this.task = task;
  }

  get #instance(): AbiInstance {
    return this.task.part.instance;
  }

  get isWaiting(): boolean {
    return this.#resume !== undefined;
  }

  /** Whether it waits to be resumed by another thread. */
  get isSuspended(): boolean {
    return this.isWaiting && this.#wait?.isReady === undefined;
  }

  /** Whether it waits for something that has come. */
  get isResumable(): boolean {
    return this.isWaiting && this.isReady();
  }

  /** Whether it waits for nothing but others to have their turn. */
  get isYielding(): boolean {
    return this.isWaiting && this.#wait?.yields === true;
  }

  get isCancellable(): boolean {
    return this.isWaiting && this.#wait?.cancellable === true;
  }

  /** Whether it may wait so that others of its part go on. */
  get mayBlock(): boolean {
    return this.task.options.isAsync || this.task.isResolved;
  }

  isReady(): boolean {
    return this.#wait?.isReady?.() ?? false;
  }

  /** Its turn has come, with nobody else inside. */
  go(): void {
    const instance = this.#instance;
    if (instance.failure !== undefined || !this.isWaiting) {
      // The guest ended while it waited for its turn.
      instance.tasks.passOn();
      return;
    }
    instance.wait.resumed();
    this.resume(false, undefined, () => {
      instance.wait.paused();
      instance.tasks.passOn();
    });
  }

  /**
   * Begins, in a part that was entered.
   *
   * @param from the part that it was entered from; `undefined` for the host
   * @param onPaused told once, when it waits or is over
   */
  start(run: () => void, from: AbiPart | undefined, onPaused: () => void): void {
    this.#from = from;
    this.#isInside = false;
    this.#onPaused = onPaused;
    this.task.part.tasks.thread = this;
    run();
  }

  /** Has it wait before it begins. */
  prepare(wait: Wait, run: () => void): void {
    this.#wait = wait;
    this.#resume = run;
    this.#instance.tasks.blocked(this);
  }

  /**
   * Goes on after a wait.
   *
   * @param from the part that has it go on
   * @throws AbiTrap for a part that must not be entered
   */
  resume(cancelled: boolean, from: AbiPart | undefined, onPaused: () => void): void {
    this.task.part.enter(from, this.task.label);
    this.#goOn(cancelled, from, false, onPaused);
  }

  /** Goes on after a wait, for another thread of its part that waits meanwhile. */
  resumeInside(onPaused: () => void): void {
    this.#goOn(false, undefined, true, onPaused);
  }

  /** Is to go on when its turn comes, without waiting for anything else. */
  resumeLater(): void {
    this.#wait = { isReady: () => true, cancellable: false, what: () => 'its turn' };
    this.#instance.calls.wait(this);
  }

  #goOn(cancelled: boolean, from: AbiPart | undefined, isInside: boolean, onPaused: () => void): void {
    const go = this.#resume;
    if (go === undefined) throw new Error('the thread does not wait');
    if (this.#wait?.isReady !== undefined) this.#instance.calls.forget(this);
    this.#resume = undefined;
    this.#reject = undefined;
    this.#wait = undefined;
    this.#instance.tasks.unblocked(this);
    this.#releaseStack();
    this.#from = from;
    this.#isInside = isInside;
    this.#onPaused = onPaused;
    this.task.part.tasks.thread = this;
    go(cancelled);
  }

  /**
   * Waits with the guest's stack. To be returned to a suspending import.
   *
   * @param proceed what the import returns, worked out once the wait is over
   * @throws AbiTrap where the guest can't wait
   */
  block(wait: Wait, proceed: (cancelled: boolean) => Returned): Promise<Returned> {
    this.#keepStack(wait);
    if (!this.mayBlock) return this.#blockInside(wait, proceed);
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      this.pause(wait, this.#finishing(proceed, resolve, reject));
    });
  }

  /**
   * Waits, and has another thread of the part go on at once, in its place: who had this one go on learns when that one waits.
   *
   * @throws AbiTrap where the guest can't wait
   */
  switchTo(other: GuestThread, wait: Wait, proceed: (cancelled: boolean) => Returned): Promise<Returned> {
    this.#keepStack(wait);
    return new Promise((resolve, reject) => {
      // Of a synchronous task, others of its part go on until it does.
      const onPaused = this.mayBlock ? this.#onPaused : () => this.task.part.tasks.goOnInside(this);
      const [from, isInside] = [this.#from, this.#isInside || !this.mayBlock];
      this.#onPaused = undefined;
      this.#reject = reject;
      this.#wait = wait;
      this.#resume = this.#finishing(proceed, resolve, reject);
      this.#instance.tasks.blocked(this);
      if (wait.isReady !== undefined) this.#instance.calls.wait(this);
      other.#goOn(false, from, isInside, onPaused ?? (() => {}));
    });
  }

  /** The guest is gone. Its stack unwinds, which gives it back at once, where V8 would keep it until it is collected. */
  abandon(error: unknown): void {
    this.#resume = undefined;
    this.#releaseStack();
    this.#reject?.(error);
  }

  #releaseStack(): void {
    if (this.#hasStack) this.#instance.tasks.releaseStack();
    this.#hasStack = false;
  }

  /** Its stack is going to wait. */
  #keepStack(wait: Wait): void {
    if (this.#instance.maySuspend) {
      this.#instance.tasks.keepStack();
      this.#hasStack = true;
      return;
    }
    throw new AbiTrap(
      `${this.task.label}: the guest waits for ${wait.what()} in code that can't be suspended`,
    );
  }

  /** Of a synchronous task: only others of its part go on meanwhile. */
  #blockInside(wait: Wait, proceed: (cancelled: boolean) => Returned): Promise<Returned> {
    const { tasks } = this.task.part;
    if (wait.isReady?.() !== true && !tasks.hasReadyThread) {
      throw new AbiTrap(
        `cannot block a synchronous task before returning: ${this.task.label} waits for ${wait.what()}`,
      );
    }
    return new Promise((resolve, reject) => {
      this.#wait = wait;
      this.#reject = reject;
      this.#resume = this.#finishing(proceed, resolve, reject);
      this.#instance.tasks.blocked(this);
      if (wait.isReady !== undefined) this.#instance.calls.wait(this);
      tasks.goOnInside(this);
    });
  }

  #finishing(
    proceed: (cancelled: boolean) => Returned,
    resolve: (returned: Returned) => void,
    reject: (error: unknown) => void,
  ): Resume {
    return (cancelled) => {
      try {
        resolve(proceed(cancelled));
      } catch (error) {
        reject(this.#instance.fail(error));
      }
    };
  }

  /** Waits without a stack. */
  pause(wait: Wait, resume: Resume): void {
    this.#wait = wait;
    this.#resume = resume;
    this.#instance.tasks.blocked(this);
    if (wait.isReady !== undefined) this.#instance.calls.wait(this);
    this.#paused();
  }

  /** Is over. */
  exit(): void {
    this.#paused();
  }

  describe(): string {
    return `${this.task.label} waits for ${this.#wait?.what() ?? 'nothing'}`;
  }

  #paused(): void {
    const onPaused = this.#onPaused;
    if (onPaused === undefined) return;
    this.#onPaused = undefined;
    if (!this.#isInside) this.task.part.exit(this.#from);
    onPaused();
  }
}
