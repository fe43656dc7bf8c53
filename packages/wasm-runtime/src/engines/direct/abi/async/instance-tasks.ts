import type { StackBudget } from '../../../../pool/thread-budgets.js';
import type { AbiInstance } from '../abi-instance.js';
import { AbiTrap } from '../abi-trap.js';
import { OrderedSet } from '../ordered-set.js';
import { deadlock, mostNamedWaits } from './deadlock-error.js';
import type { GuestThread } from './guest-thread.js';
import type { Task } from './task.js';
import { Waitable } from './waitable.js';

/** Something of a guest that the host holds: one end of a stream or future. */
export interface HostEnd {
  /** Whether the guest has offered something that the host has not taken. */
  readonly isOffered: boolean;
  /** Whether the guest has ended what the host reads. */
  readonly isComplete: boolean;
  /** The guest is gone. */
  abandon(error: unknown): void;
}

function leftOpen(): Error {
  return new Error('the guest has ended and left this stream or future open');
}

/** What held on to streams and futures is gone. */
export function abandonEntry(entry: object): void {
  if (entry instanceof Waitable) entry.abandon();
}

/**
 * Each stack that waits takes two mappings of the process, of which Linux grants 65,530, and about 6 KiB of memory, besides what its guest
 * wrote to it.
 */
const maxWaitingStacks = 256;

/** As many go by without a turn of the event loop. */
const yieldsBetweenTurns = 16;

const passesBetweenTurns = 64;

const immediately = { isOver: true };

/** What goes on in an instance besides calls of synchronous functions. */
export class InstanceTasks {
  readonly #instance: AbiInstance;
  readonly #budget: StackBudget | undefined;
  /** Tasks with threads, or that have not begun. */
  readonly #live = new Set<Task>();
  readonly #blocked = new OrderedSet<GuestThread>();
  readonly #hostEnds = new Set<HostEnd>();
  /** What the host has still to do, which may wake tasks. */
  #hostWork = 0;
  #isCheckScheduled = false;
  #yields = 0;
  #stacks = 0;
  #passes = 0;
  #settled: (() => void)[] = [];

  constructor(instance: AbiInstance, budget?: StackBudget) {
    this.#instance = instance;
    this.#budget = budget;
    instance.calls.onIdle = () => this.#idle();
  }

  /** Whether no task goes on and nothing is held for the host. */
  get isSettled(): boolean {
    return this.#live.size === 0 && !this.#isOffering();
  }

  /** Whether anything goes on that ends with the invocation, besides what is inside. */
  get isWaiting(): boolean {
    return this.#blocked.size > 0 || this.#hostEnds.size > 0;
  }

  add(task: Task): void {
    this.#live.add(task);
  }

  remove(task: Task): void {
    this.#live.delete(task);
  }

  blocked(thread: GuestThread): void {
    this.#blocked.add(thread);
    this.#instance.wait.watch();
  }

  unblocked(thread: GuestThread): void {
    this.#blocked.delete(thread);
  }

  /**
   * A stack begins to wait. One has its room with the invocation; further ones count for the process.
   *
   * @throws AbiTrap for a guest that has too many stacks wait
   * @throws OverloadedError when the process has no room for another
   */
  keepStack(): void {
    if (this.#stacks >= maxWaitingStacks) {
      throw new AbiTrap(
        `the guest has ${maxWaitingStacks} stacks wait at a time: tasks that are called back take none`,
      );
    }
    if (this.#stacks > 0) this.#budget?.enter(this.#instance.component);
    this.#stacks++;
  }

  releaseStack(): void {
    this.#stacks--;
    if (this.#stacks > 0) this.#budget?.leave();
  }

  /** The thread that has waited longest of those that `matches` is for. */
  findBlocked(matches: (thread: GuestThread) => boolean): GuestThread | undefined {
    return this.#blocked.find(matches);
  }

  hold(end: HostEnd): void {
    this.#hostEnds.add(end);
    this.#instance.wait.watch();
  }

  letGo(end: HostEnd): void {
    this.#hostEnds.delete(end);
    this.#instance.calls.poke();
    this.#idle();
  }

  /** The host begins something whose end may wake tasks; to be called once it has ended. */
  hostWork(): () => void {
    this.#hostWork++;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#hostWork--;
      if (!this.#instance.calls.isBusy) this.#idle();
    };
  }

  /**
   * A task lets others have their turn. It may go on at once where none is ready, but for the event loop: that has its turn after a few
   * yields, so that what tasks wait for can come.
   */
  yield(): { readonly isOver: boolean } {
    if (++this.#yields < yieldsBetweenTurns) return immediately;
    const turn = { isOver: false };
    const over = this.hostWork();
    setImmediate(() => {
      this.#yields = 0;
      turn.isOver = true;
      over();
      this.#instance.calls.poke();
    });
    return turn;
  }

  /**
   * A thread waits or is over, and others are to have their turn: not on its stack, which is still in use. The event loop has its turn after some
   * of them, however many there are.
   */
  passOn(): void {
    const { calls } = this.#instance;
    // Nobody goes in before the stack is given back.
    if (calls.isQuiet) calls.leave();
    else if (++this.#passes % passesBetweenTurns === 0) setImmediate(this.#leave);
    else queueMicrotask(this.#leave);
  }

  readonly #leave = (): void => this.#instance.calls.leave();

  /**
   * Resolves when no task of the guest goes on any more, and nothing that the host holds waits to be taken; also when those that are left
   * can never go on.
   */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#settled.push(resolve);
      if (!this.#instance.calls.isBusy) this.#idle();
    });
  }

  /** The guest is gone. */
  fail(error: unknown): void {
    const tasks = [...this.#live];
    this.#live.clear();
    const blocked = this.#blocked.take(this.#blocked.size);
    this.#blocked.clear();
    for (const task of tasks) task.fail(error);
    for (const thread of blocked) thread.abandon(error);
    this.#abandonEnds(error);
    for (const { handles } of this.#instance.parts) handles.forEachOther((entry) => abandonEntry(entry));
    this.#resolveSettled();
  }

  /** The invocation is over. @returns false while a task goes on */
  stop(): boolean {
    if (this.#live.size > 0) return false;
    // Most invocations leave nothing open, and an error takes longer than many of them do.
    if (this.#hostEnds.size > 0) this.#abandonEnds(leftOpen());
    this.#resolveSettled();
    return true;
  }

  /** Nobody will write to what the host still reads. What was written to its end is the host's to read. */
  endOpen(): void {
    for (const end of [...this.#hostEnds]) {
      if (end.isComplete) continue;
      this.#hostEnds.delete(end);
      end.abandon(leftOpen());
    }
  }

  #abandonEnds(error: unknown): void {
    const ends = [...this.#hostEnds];
    this.#hostEnds.clear();
    for (const end of ends) end.abandon(error);
  }

  #resolveSettled(): void {
    const settled = this.#settled;
    this.#settled = [];
    for (const resolve of settled) resolve();
  }

  #idle(): void {
    if (this.#live.size === 0) {
      if (this.#settled.length > 0 && !this.#isOffering()) this.#resolveSettled();
      return;
    }
    if (this.#hostWork > 0 || this.#hostEnds.size > 0 || this.#isCheckScheduled) return;
    this.#isCheckScheduled = true;
    // Whoever was answered may be about to call again.
    setImmediate(() => this.#check());
  }

  #isOffering(): boolean {
    for (const { isOffered } of this.#hostEnds) if (isOffered) return true;
    return false;
  }

  #check(): void {
    this.#isCheckScheduled = false;
    const { calls, failure } = this.#instance;
    const isStuck =
      !calls.isBusy && failure === undefined && this.#hostWork === 0 && this.#hostEnds.size === 0;
    if (!isStuck || this.#live.size === 0) return;
    if ([...this.#live].some(({ isAwaited }) => isAwaited)) {
      this.#instance.fail(
        deadlock(
          this.#blocked.take(mostNamedWaits).map((thread) => thread.describe()),
          this.#blocked.size,
        ),
      );
    } else {
      this.#resolveSettled();
    }
  }
}
