import type { AbiPart } from '../abi-part.js';
import { liftResult, lowerParams } from '../call-values.js';
import { invoke } from '../core-arity.js';
import type { CanonOptions, CoreFunction } from '../core-types.js';
import { LiftLowerContext } from '../lift-lower-context.js';
import { runPostReturn } from '../post-return.js';
import {
  type CoreSignature,
  compileSignatures,
  type FunctionType,
  liftedSignature,
  type Signature,
} from '../signature.js';
import { callbackCodes, cancelledEvent, type GuestEvent, noEvent } from './events.js';
import { type GuestEntry, guestEntry } from './guest-entry.js';
import { GuestThread } from './guest-thread.js';
import { Task, type TaskCaller, type TaskOptions } from './task.js';
import { WaitableSet } from './waitable-set.js';

/** `canon lift` of an asynchronous function, in any of its three forms. */
export interface AsyncLiftPlan {
  bind(part: AbiPart, options: CanonOptions, core: CoreFunction): AsyncLifted;
}

/** A function of a part, to be called by the host or by another part. */
export interface AsyncLifted {
  readonly part: AbiPart;
  /** Names it in messages. */
  readonly label: string;
  /**
   * Begins a call inside: whoever calls is in the instance already.
   *
   * @param from the part that calls; `undefined` for the host
   * @param onPaused told once, when the call waits or is over
   * @returns the task, to be told of a cancellation
   * @throws AbiTrap for a part that must not be entered
   */
  begin(caller: TaskCaller, from: AbiPart | undefined, onPaused: () => void): Task;
}

/**
 * @param label names it in messages
 */
export function compileAsyncLift(func: FunctionType, label: string): AsyncLiftPlan {
  const signatureFor = compileSignatures(func);
  return {
    bind(part, options, core) {
      const cx = new LiftLowerContext(part, label, options, false);
      return new Lifted(cx, func, signatureFor(cx.memory.pointer), core, options);
    },
  };
}

class Lifted implements AsyncLifted {
  readonly part: AbiPart;
  readonly #cx: LiftLowerContext;
  readonly #signature: Signature;
  readonly #core: CoreFunction;
  readonly #options: CanonOptions;
  readonly #taskOptions: TaskOptions;
  /** Made at the first call: a part has exports that nobody calls. */
  #enter: GuestEntry | undefined;
  #callBack: GuestEntry | undefined;

  constructor(
    cx: LiftLowerContext,
    func: FunctionType,
    signature: Signature,
    core: CoreFunction,
    options: CanonOptions,
  ) {
    this.part = cx.part;
    this.#cx = cx;
    this.#signature = signature;
    this.#core = core;
    this.#options = options;
    this.#taskOptions = {
      label: cx.label,
      isAsync: true,
      isExclusive: options.async !== true || options.callback !== undefined,
      ...(options.async === true && { returns: { func, memory: cx.memory, encoding: options.encoding } }),
    };
  }

  get label(): string {
    return this.#cx.label;
  }

  begin(caller: TaskCaller, from: AbiPart | undefined, onPaused: () => void): Task {
    const { part } = this;
    const task = new Task(part, this.#taskOptions, caller);
    const thread = new GuestThread(task);
    task.implicitThread = thread;
    part.enter(from, this.label);
    part.instance.tasks.add(task);
    thread.start(() => this.#enterPart(thread), from, onPaused);
    return task;
  }

  #enterPart(thread: GuestThread, isAgain = false): void {
    const { part } = this;
    const { task } = thread;
    const { tasks } = part;
    if (!tasks.holdsBack(task) && tasks.waitingToEnter === 0) {
      this.#run(thread);
      return;
    }
    const { exclusive } = tasks;
    if (!isAgain && exclusive?.isResumable === true && part.instance.maySuspend) {
      // What it waited for has come, and it may be about to leave.
      exclusive.resumeInside(() => {
        tasks.thread = thread;
        this.#enterPart(thread, true);
      });
      return;
    }
    tasks.waitingToEnter++;
    const wait = {
      isReady: () => !tasks.holdsBack(task),
      cancellable: true,
      what: () =>
        tasks.backpressure > 0 ? 'the backpressure of its component to end' : 'another call to wait or end',
    };
    thread.pause(wait, (cancelled) => {
      tasks.waitingToEnter--;
      if (!cancelled) {
        this.#run(thread);
        return;
      }
      this.#guard(thread, () => task.cancel());
      this.part.instance.tasks.remove(task);
      thread.exit();
    });
  }

  #run(thread: GuestThread): void {
    const { task } = thread;
    const { tasks } = this.part;
    if (this.#taskOptions.isExclusive) tasks.exclusive = thread;
    task.threads.push(thread);
    const cx = this.#cx;
    try {
      const params = task.start();
      cx.enter();
      lowerParams(cx, this.#signature, params);
    } catch (error) {
      this.#refuse(thread, error);
      return;
    }
    try {
      this.#enter ??= guestEntry(this.#coreSignature(), this.#core, (returned) => this.#returned(returned));
      const entered = invoke(this.#enter, cx.flat, this.#signature.flatParams);
      entered.then(undefined, (error: unknown) => this.#failed(thread, error));
    } catch (error) {
      this.#failed(thread, error);
    }
  }

  #coreSignature(): CoreSignature {
    if (this.#options.async !== true) return liftedSignature(this.#signature);
    return {
      params: this.#signature.coreParams,
      result: this.#options.callback === undefined ? undefined : 'i32',
    };
  }

  /** The guest returns. What this throws ends it. */
  #returned(returned: number | bigint | undefined): void {
    const { part } = this;
    const { thread } = part.tasks;
    if (part.instance.failure !== undefined) throw part.instance.failure.error;
    if (this.#options.async !== true) {
      this.#returnedSynchronously(thread, returned);
      return;
    }
    if (this.#options.callback === undefined) this.#exit(thread);
    else this.#next(thread, returned as number);
  }

  #returnedSynchronously(thread: GuestThread, returned: number | bigint | undefined): void {
    const cx = this.#cx;
    cx.isBetweenParts = thread.task.isCalledByPart;
    thread.task.return(liftResult(cx, this.#signature, returned));
    runPostReturn(this.part, this.#options.postReturn, returned);
    this.#exit(thread);
  }

  /** The guest has given its stack back and says what it wants to be called back for. */
  #next(thread: GuestThread, packed: number): void {
    const cx = this.#cx;
    const { tasks, handles } = this.part;
    const code = packed & 0xf;
    if (code === callbackCodes.exit) {
      this.#exit(thread);
      return;
    }
    const isFree = (): boolean => tasks.exclusive === undefined;
    if (code === callbackCodes.yield) {
      tasks.exclusive = undefined;
      const turn = cx.instance.tasks.yield();
      const wait = { isReady: () => isFree() && turn.isOver, cancellable: true, what: () => 'its next turn' };
      this.#pauseFor(thread, wait, () => noEvent);
      return;
    }
    if (code !== callbackCodes.wait)
      throw cx.trap(`the guest returned the unknown code ${code} to be called back for`);
    const set = handles.getOther(packed >>> 4, WaitableSet, 'a waitable set', cx.label);
    tasks.exclusive = undefined;
    set.waiting++;
    const wait = {
      isReady: () => isFree() && set.hasPendingEvent,
      cancellable: true,
      what: () => set.describe(),
    };
    this.#pauseFor(
      thread,
      wait,
      () => set.takePendingEvent(),
      () => set.waiting--,
    );
  }

  #pauseFor(
    thread: GuestThread,
    wait: Parameters<GuestThread['pause']>[0],
    takeEvent: () => GuestEvent,
    onResumed?: () => void,
  ): void {
    const resume = (cancelled: boolean): void => {
      onResumed?.();
      this.#guard(thread, () => this.#deliver(thread, cancelled ? cancelledEvent : takeEvent()));
    };
    if (thread.task.takePendingCancel(true)) {
      // It learns of it at once, on a stack of its own.
      thread.pause({ ...wait, isReady: () => this.part.tasks.exclusive === undefined }, () => resume(true));
    } else {
      thread.pause(wait, resume);
    }
  }

  #deliver(thread: GuestThread, { code, index, payload }: GuestEvent): void {
    this.part.tasks.exclusive = thread;
    this.#callBack ??= guestEntry(
      { params: ['i32', 'i32', 'i32'], result: 'i32' },
      this.#options.callback as CoreFunction,
      (returned) => this.#returned(returned),
    );
    this.#callBack(code, index, payload).catch((error: unknown) => this.#failed(thread, error));
  }

  #exit(thread: GuestThread): void {
    const { task } = thread;
    const { tasks, instance } = this.part;
    tasks.forget(thread);
    task.exit(thread);
    if (tasks.exclusive === thread) tasks.exclusive = undefined;
    if (task.threads.length === 0) instance.tasks.remove(task);
    thread.exit();
  }

  /** Does something for the guest while none of its code runs. */
  #guard(thread: GuestThread, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#failed(thread, error);
    }
  }

  /** Whoever called passed something wrong. If that was the host, the guest knows nothing of it yet. */
  #refuse(thread: GuestThread, error: unknown): void {
    const { task } = thread;
    const { tasks, instance } = this.part;
    if (!task.isAwaited || instance.failure !== undefined) {
      this.#failed(thread, error);
      return;
    }
    task.fail(error);
    if (tasks.exclusive === thread) tasks.exclusive = undefined;
    instance.tasks.remove(task);
    thread.exit();
  }

  #failed(thread: GuestThread, error: unknown): void {
    this.part.instance.fail(error);
    thread.exit();
  }
}
