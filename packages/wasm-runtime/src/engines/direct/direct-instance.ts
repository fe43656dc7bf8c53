import type { EndSignal } from '../../ending.js';
import { ExitError, TrapError, type TrapKind, UnknownExportError } from '../../errors.js';
import { defaultGuestLimits, type GuestLimits } from '../../limits/guest-limits.js';
import { LimitExceededError } from '../../limits/limit-exceeded-error.js';
import type { ComponentInstance, GuestClock, InstantiateOptions } from '../engine.js';
import { explainTrap } from './explain-trap.js';
import type { Program } from './program.js';
import type { ReusableInstance } from './reusable-instance.js';

/** An instance for the time of one invocation. Whoever holds on to it afterwards holds nothing. */
export class DirectInstance implements ComponentInstance {
  readonly #program: Program;
  readonly #signal: EndSignal | undefined;
  readonly #clock: GuestClock | undefined;
  readonly #limits: GuestLimits;
  readonly #recycle: (instance: ReusableInstance) => void;
  /** `undefined` once it was released. */
  #instance: ReusableInstance | undefined;
  #calls = 0;
  #failed = false;
  /** The function that was called last. */
  #last = { instance: '', func: '' };

  constructor(
    program: Program,
    instance: ReusableInstance,
    { signal, clock, limits = defaultGuestLimits }: InstantiateOptions,
    recycle: (instance: ReusableInstance) => void,
  ) {
    this.#program = program;
    this.#instance = instance;
    this.#signal = signal;
    this.#clock = clock;
    this.#limits = limits;
    this.#recycle = recycle;
  }

  call(instance: string, func: string, params: readonly unknown[]): Promise<unknown> {
    const { component, exports } = this.#program;
    const planned = exports.get(instance)?.get(func);
    if (planned === undefined) return Promise.reject(new UnknownExportError(component, instance, func));
    const reusable = this.#instance;
    if (reusable === undefined) {
      return Promise.reject(new Error(`component "${component}": the instance was released`));
    }
    this.#calls++;
    this.#last = { instance, func };
    const clock = this.#clock;
    clock?.enter();
    const call = reusable.function(planned)(params);
    clock?.leave();
    return call.then(
      (value) => {
        clock?.leave();
        this.#calls--;
        return value;
      },
      (error: unknown) => {
        clock?.leave();
        this.#calls--;
        throw this.#trap(reusable, error, instance, func);
      },
    );
  }

  settled(): Promise<void> | undefined {
    return this.#instance?.settled()?.then(() => {
      const reusable = this.#instance;
      if (reusable?.failure === undefined || this.#failed) return;
      const { instance, func } = this.#last;
      throw this.#trap(reusable, reusable.failure.error, instance, func);
    });
  }

  endOpen(): void {
    this.#instance?.endOpen();
  }

  release(): void {
    const instance = this.#instance;
    this.#instance = undefined;
    if (instance !== undefined && this.#calls === 0 && !this.#failed) this.#recycle(instance);
  }

  #trap(reusable: ReusableInstance, error: unknown, instance: string, func: string): TrapError {
    this.#failed = true;
    const { hostFunction, thrown } = reusable.failureOf(error) ?? {};
    const cause = explainTrap(error, this.#limits, reusable.handles);
    const { component } = this.#program;
    return new TrapError({
      component,
      instance,
      func,
      kind: this.#kindOf(cause),
      cause,
      hostFunction,
      thrown: [error, thrown],
    });
  }

  #kindOf(cause: unknown): TrapKind {
    if (cause instanceof ExitError) return 'exit';
    if (this.#signal?.aborted) return 'aborted';
    return cause instanceof LimitExceededError ? 'limit' : 'trap';
  }
}
