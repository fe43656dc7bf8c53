import type { AbiPart } from '../abi-part.js';
import { AbiTrap } from '../abi-trap.js';
import type { StringEncoding } from '../core-types.js';
import type { GuestMemory } from '../guest-memory.js';
import type { FunctionType } from '../signature.js';
import type { GuestThread } from './guest-thread.js';

/** Where a task is on its way from its call to its result, and whether it was told to end. */
export type TaskState = 'initial' | 'started' | 'pending-cancel' | 'cancel-delivered' | 'resolved';

/** Who called: gives the parameters when the task starts, and is given what it returns. */
export interface TaskCaller {
  /** Whether it is a part of the same component: ends of streams and futures then stay what they are. */
  readonly isPart?: boolean;
  /** Called once, when the callee takes the call. Throws what ends it. */
  onStart(): readonly unknown[];
  /** Called once, with the callee inside. */
  onReturn(result: unknown): void;
  /** The task ended without a result, as it was asked to. */
  onCancelled(): void;
  /** The guest is gone. */
  onFailed?(error: unknown): void;
}

/** What a task goes by. */
export interface TaskOptions {
  /** Names the function in messages. */
  readonly label: string;
  /** Whether the function is asynchronous by its type. */
  readonly isAsync: boolean;
  /** Set where it says by `task.return` what it returns. */
  readonly returns?: TaskReturn;
  /** Whether only one such task may be inside of a part, but for its waits. */
  readonly isExclusive: boolean;
}

/** What `task.return` has to agree with. */
export interface TaskReturn {
  readonly func: FunctionType;
  readonly memory: GuestMemory;
  readonly encoding: StringEncoding;
}

/** One call into a part. */
export class Task {
  readonly part: AbiPart;
  readonly options: TaskOptions;
  state: TaskState = 'initial';
  /** Handles that it was lent and has not dropped yet. */
  borrows = 0;
  readonly threads: GuestThread[] = [];
  /** The one that the call began with. */
  implicitThread: GuestThread | undefined;
  readonly #caller: TaskCaller | undefined;
  constructor(part: AbiPart, options: TaskOptions, caller: TaskCaller | undefined) {
    this.part = part;
    this.options = options;
    this.#caller = caller;
  }

  get label(): string {
    return this.options.label;
  }

  get isCalledByPart(): boolean {
    return this.#caller?.isPart === true;
  }

  /** Whether the host waits for its result. */
  get isAwaited(): boolean {
    return !this.isResolved && this.#caller?.onFailed !== undefined;
  }

  get isResolved(): boolean {
    return this.state === 'resolved';
  }

  /** Of a synchronous function, that is called with nothing else kept of the call. */
  reuse(): void {
    this.state = 'started';
    this.borrows = 0;
  }

  start(): readonly unknown[] {
    this.state = 'started';
    return this.#caller?.onStart() ?? [];
  }

  /** @throws AbiTrap for a second time, or while it holds what it was lent */
  return(result: unknown): void {
    if (this.isResolved) throw new AbiTrap(`${this.label}: the task has returned or was cancelled already`);
    this.#assertNothingLent();
    this.state = 'resolved';
    this.#caller?.onReturn(result);
  }

  /** @throws AbiTrap unless the task was told to end */
  cancel(): void {
    if (this.state !== 'cancel-delivered') {
      throw new AbiTrap(`${this.label}: the task was not told of a cancellation`);
    }
    this.#assertNothingLent();
    this.state = 'resolved';
    this.#caller?.onCancelled();
  }

  /**
   * One of its threads is over.
   *
   * @throws AbiTrap for the last one, if the task has not returned
   */
  exit(thread: GuestThread): void {
    const place = this.threads.indexOf(thread);
    if (place !== -1) this.threads.splice(place, 1);
    // That of a synchronous function goes on.
    if (this.threads.length === 0 && !this.isResolved && this.options.isAsync) {
      throw new AbiTrap(`${this.label}: the task ended without returning a result`);
    }
  }

  /** The guest is gone. */
  fail(error: unknown): void {
    if (!this.isResolved) this.#caller?.onFailed?.(error);
  }

  /** Whether whoever begins to wait is to learn of a cancellation instead. */
  takePendingCancel(cancellable: boolean): boolean {
    if (!cancellable || this.state !== 'pending-cancel') return false;
    this.state = 'cancel-delivered';
    return true;
  }

  #assertNothingLent(): void {
    if (this.borrows > 0) {
      throw new AbiTrap(
        `${this.label}: the guest returned without dropping ${this.borrows} of the handles it was lent`,
      );
    }
  }
}
