import { Ending, type EndSignal } from '../ending.js';
import type { ComponentInstance } from '../engines/engine.js';
import { exceededLimit, LimitExceededError } from '../limits/limit-exceeded-error.js';
import type { AnyLimitName } from '../limits/limit-table.js';
import type { Deadlines } from './deadlines.js';
import type { Linked } from './linked-list.js';
import type { StackBudget } from './thread-budgets.js';

/** An invocation ran longer than the component's limit. */
export class ExecutionTimeError extends LimitExceededError {
  override readonly name = 'ExecutionTimeError';

  constructor(component: string, limitMs: number) {
    super({
      component,
      limit: 'execution-time',
      allowed: limitMs,
      what: 'did not complete an invocation in time',
    });
  }
}

/** What an invocation may use of the stacks of the process. */
export interface InvocationStacks {
  readonly budget: StackBudget;
  /** Calls at a time that there is room for already; others take their own. */
  readonly reserved: number;
}

/** What the pool sees of a guest. */
export interface InvocationWatch {
  readonly guestStderr: () => string | undefined;
  readonly onFailure: (error: unknown) => void;
}

/** The invocation is over: the reason of the signal its host functions hold. */
export class InvocationOverError extends Error {
  override readonly name = 'InvocationOverError';

  constructor() {
    super('the invocation is over');
  }
}

/** Shared, because making an error costs more than the rest of an invocation's bookkeeping. */
const invocationOver = new InvocationOverError();

/** One invocation from its acceptance until its guest is gone. */
export class Invocation implements Linked<Invocation> {
  previous: Invocation | undefined;
  next: Invocation | undefined;
  readonly #component: string;
  /** Told before anything else when it ends. */
  readonly ending: Ending = new Ending();
  readonly #onOver: (() => void)[] = [];
  /** Calls under way. */
  #calls = 0;
  /** Told when none is. */
  #onCallsEnded: (() => void) | undefined;
  /** What outlives it; made when there is any. */
  #leftBehind: { readonly work: Set<Promise<void>>; readonly controller: AbortController } | undefined;
  readonly #onExceeded: ((limit: AnyLimitName) => void) | undefined;
  #instance: ComponentInstance | undefined;
  #onFailure: ((error: unknown) => void) | undefined;
  #failed = false;
  #exceeded = false;

  /** @param onExceeded told, once, of the limit of the component that this invocation exceeded */
  constructor(component: string, signal: EndSignal | undefined, onExceeded?: (limit: AnyLimitName) => void) {
    this.#component = component;
    this.#onExceeded = onExceeded;
    if (!signal) return;
    const forward = (): void => this.end(signal.reason);
    if (signal.aborted) forward();
    signal.addEventListener('abort', forward, { once: true });
    this.onOver(() => signal.removeEventListener('abort', forward));
  }

  /** Ends every wait of the guest. The first reason counts. */
  end(reason: unknown): void {
    this.#tellOfLimit(reason);
    this.ending.end(reason);
  }

  /** Ends what outlives the invocation, too. */
  endAll(reason: unknown): void {
    this.end(reason);
    this.#leftBehind?.controller.abort(reason);
  }

  /** Waits with the end of the pool for what host functions of the invocation have still to do. */
  outlive(work: (signal: AbortSignal) => Promise<void>): void {
    this.#leftBehind ??= { work: new Set(), controller: new AbortController() };
    this.#leftBehind.work.add(work(this.#leftBehind.controller.signal));
  }

  limitTo(deadlines: Deadlines): void {
    const deadline = deadlines.begin(() => {
      this.end(new ExecutionTimeError(this.#component, deadlines.ms));
    });
    this.onOver(() => deadlines.end(deadline));
  }

  onOver(action: () => void): void {
    this.#onOver.push(action);
  }

  /**
   * The instance, with its calls counted as part of the invocation. A call that there is no room for rejects with an
   * OverloadedError, and the guest knows nothing of it.
   *
   * @param watch knows what the guest wrote to stderr, and is told why a call failed before whoever called learns of it
   */
  track(
    instance: ComponentInstance,
    { guestStderr, onFailure }: InvocationWatch,
    stacks?: InvocationStacks,
  ): ComponentInstance {
    this.#instance = instance;
    this.#onFailure = onFailure;
    return {
      guestStderr,
      call: (id, func, params) => {
        const needed = this.#calls < (stacks?.reserved ?? 0) ? undefined : stacks?.budget;
        try {
          needed?.enter(this.#component);
        } catch (error) {
          return Promise.reject(error);
        }
        const call = instance.call(id, func, params);
        this.#calls++;
        call.then(
          () => this.#callEnded(needed),
          (error: unknown) => {
            this.#callEnded(needed);
            this.#fail(error);
          },
        );
        return call;
      },
      endOpen: () => instance.endOpen?.(),
      settled: () =>
        instance.settled?.()?.catch((error: unknown) => {
          this.#fail(error);
          throw error;
        }),
    };
  }

  /**
   * Tells everything that the invocation is over, once no call is under way and the guest does not go on after one. An instance that nothing
   * happened to is given back before the permit, so that whoever gets the permit finds it.
   *
   * @returns what resolves once nothing that outlived it goes on either; `undefined` when that is so at once, as it mostly is: each wait for
   * nothing takes a turn of its own
   */
  settle(): Promise<void> | undefined {
    const settling = this.#calls > 0 ? this.#callsEnd() : this.#guestSettles();
    if (settling !== undefined) {
      return settling.then(() => {
        this.#over();
        return this.#leftNothing();
      });
    }
    this.#over();
    return this.#leftNothing();
  }

  #callEnded(needed: StackBudget | undefined): void {
    needed?.leave();
    if (--this.#calls === 0) this.#onCallsEnded?.();
  }

  async #callsEnd(): Promise<void> {
    while (this.#calls > 0) {
      await new Promise<void>((resolve) => {
        this.#onCallsEnded = resolve;
      });
    }
    await this.#guestSettles();
  }

  #guestSettles(): Promise<void> | undefined {
    if (this.#failed) return undefined;
    return this.#instance?.settled?.()?.catch((error: unknown) => this.#fail(error));
  }

  #over(): void {
    const isClean = !this.#failed && !this.ending.aborted;
    this.end(invocationOver);
    if (isClean) this.#instance?.release?.();
    for (const action of this.#onOver) action();
  }

  #leftNothing(): Promise<void> | undefined {
    return this.#leftBehind && Promise.allSettled(this.#leftBehind.work).then(() => {});
  }

  #fail(error: unknown): void {
    this.#failed = true;
    this.#tellOfLimit(error);
    this.#onFailure?.(error);
  }

  #tellOfLimit(error: unknown): void {
    if (this.#onExceeded === undefined || this.#exceeded || error === invocationOver) return;
    const exceeded = exceededLimit(error, this.#component);
    if (exceeded === undefined) return;
    this.#exceeded = true;
    this.#onExceeded(exceeded.limit);
  }
}
