import type { EndSignal } from '../ending.js';
import type { CompiledComponent, ComponentInstance, GuestClock } from '../engines/engine.js';
import { InstantiationError, isGuestFault, TrapError } from '../errors.js';
import type { GuestLimits } from '../limits/guest-limits.js';
import type { AnyLimitName } from '../limits/limit-table.js';
import type { Linkage } from '../linker/linker.js';
import { createComponentCells, setPermitLimit, type ThreadCells } from './component-cells.js';
import { Deadlines } from './deadlines.js';
import type { FairShare } from './fair-turns.js';
import { Invocation, type InvocationStacks } from './invocation.js';
import { BoundContext, type InvocationContext } from './invocation-context.js';
import { LinkedList } from './linked-list.js';
import { Permits } from './permits.js';
import type { StackBudget } from './thread-budgets.js';

export interface InstancePoolOptions {
  /** Names the component in errors. */
  readonly component: string;
  readonly compiled: CompiledComponent;
  readonly linkage: Pick<Linkage, 'bind'>;
  /**
   * How many invocations run at once; further ones wait (docs/spec/component-runtime.md#2). A pool with `cells` goes by what those
   * say instead.
   */
  readonly maxInstances: number;
  /** How many may wait in this pool. Without `cells` by default 1,024 + 16 for each instance; those have such a bound themselves. */
  readonly maxWaiting?: number | undefined;
  /** Shared with the pools of the same component in other threads: together they keep to its limits. */
  readonly cells?: ThreadCells | undefined;
  /** Room for the stacks of guests in the process; without it there may be any number. */
  readonly budgets?: StackBudget | undefined;
  /** Told when its guests compute. */
  readonly clock?: GuestClock | undefined;
  /** The component's part in the turns of its thread: an invocation with a permit begins in its turn. */
  readonly turns?: Pick<FairShare, 'enter'> | undefined;
  /** Told how long an invocation waited for its permit, in ms, when it got it or gave up; not told of those that need not wait. */
  readonly onWaited?: ((ms: number) => void) | undefined;
  /**
   * Longest run of one invocation in ms, counted from its permit: then every wait of the guest fails. A guest that
   * computes is not reached from inside its own thread; that needs a watchdog. Unbounded by default.
   */
  readonly maxExecutionMs?: number;
  /** What its guests may take; by default what every guest may. */
  readonly limits?: GuestLimits | undefined;
  /** Told of each invocation that exceeded a limit of the component, once. */
  readonly onExceeded?: ((limit: AnyLimitName) => void) | undefined;
  /**
   * Told how long each invocation took, its wait for a permit included, and whether it went well. Not told of instances that are kept, nor
   * of what its caller ended.
   */
  readonly onOver?: ((ms: number, isOk: boolean) => void) | undefined;
}

export interface RunOptions {
  /** Ends the invocation, whether it waits for a permit or runs already. */
  readonly signal?: EndSignal;
  /**
   * The instance is kept: it outlives the call that it was made for, and `work` limits each call by itself: no `maxExecutionMs`. `signal`
   * bounds its wait for a permit.
   */
  readonly isKept?: boolean;
  /**
   * Told once when the guest traps, exits, exceeds a limit (its deadline included) or can't be instantiated, with what it wrote to
   * stderr, before `work` learns of it; not when a stop or the caller ended it.
   */
  readonly onFault?: ((fault: TrapError | InstantiationError) => void) | undefined;
  /** Whether the guest did not do what it should, though `work` resolved. */
  readonly hasFailed?: (() => boolean) | undefined;
}

export interface CloseOptions {
  /** Ends what still runs or waits, with its reason, when the drain takes too long. */
  readonly signal?: AbortSignal;
}

/** Of one pool, but for the limit: that is one for all pools that share cells. */
export interface PoolStats {
  readonly maxInstances: number;
  readonly active: number;
  readonly waiting: number;
  /** How long the first of those that wait has done so, in ms; 0 when none does. */
  readonly longestWaitMs: number;
}

/** The pool is closed: the component was stopped or replaced. */
export class PoolClosedError extends Error {
  override readonly name = 'PoolClosedError';

  constructor(component: string) {
    super(`component "${component}" is being stopped and takes no further invocations`);
  }
}

/**
 * Gives each invocation of one component an instance of its own, at most `maxInstances` at once; the others wait in the
 * order of their arrival.
 */
export class InstancePool {
  readonly #options: InstancePoolOptions;
  readonly #cells: ThreadCells;
  readonly #permits: Permits;
  readonly #deadlines: Deadlines | undefined;
  /** Accepted and not over yet, whether they run or wait for a permit. */
  readonly #invocations = new LinkedList<Invocation>();
  /** Set once the pool is closing; resolved once it is drained. */
  #drained: PromiseWithResolvers<void> | undefined;

  constructor(options: InstancePoolOptions) {
    const { component, maxInstances, maxWaiting, cells, onWaited, maxExecutionMs } = options;
    this.#options = options;
    this.#deadlines = maxExecutionMs === undefined ? undefined : new Deadlines(maxExecutionMs);
    this.#cells = cells ?? ownCells(maxInstances, maxWaiting);
    this.#permits = new Permits({ component, cells: this.#cells, maxWaiting, onWaited });
  }

  get stats(): PoolStats {
    const { limit, taken, waiting, longestWaitMs } = this.#permits;
    return { maxInstances: limit, active: taken, waiting, longestWaitMs };
  }

  /** Whether an invocation would begin at once. */
  get hasFreePermit(): boolean {
    return this.#permits.isFree;
  }

  /**
   * Runs `work` on a fresh instance. The permit stays taken, and the context's signal is not aborted, until `work` has
   * settled and every call it made has ended: a guest may go on after its answer was taken. When `work` rejects, the
   * guest is ended. `work` gets the signal of the instance's context.
   *
   * @param context its functions are called without it
   * @param work gets the instance and the signal of its context, which tells an ended invocation from a faulty guest
   * @throws PoolClosedError at once
   * @throws OverloadedError at once when too many wait for a permit; soon when callers hold resources of all instances; with the permit when the process has no room for a guest's
   * stack, then when it has none for its memories; from a call when it has none for another stack
   * @throws the reason of `signal` while waiting, and what `work` throws
   */
  async run<T>(
    context: InvocationContext,
    work: (instance: ComponentInstance, signal: EndSignal) => Promise<T>,
    { signal, isKept = false, onFault, hasFailed }: RunOptions = {},
  ): Promise<T> {
    const { component, compiled, linkage, turns, clock, limits, onOver } = this.#options;
    const begun = onOver === undefined || isKept ? undefined : performance.now();
    let hasThrown = false;
    if (this.#drained) throw new PoolClosedError(component);
    const invocation = new Invocation(component, signal, this.#options.onExceeded);
    const { ending } = invocation;
    const bound = new BoundContext(context, limits, invocation);
    let isFaulty = false;
    const guestStderr = (): string | undefined => bound.stderr?.text;
    const onFailure = (error: unknown): void => {
      if (!(error instanceof TrapError || error instanceof InstantiationError)) return;
      const text = guestStderr();
      if (text !== undefined) error.attachStderr(text);
      if (isFaulty || !isGuestFault(error)) return;
      // What is called after that fails because of it.
      isFaulty = true;
      onFault?.(error);
    };
    this.#invocations.add(invocation);
    try {
      invocation.onOver(
        this.#permits.take(ending) ?? (await this.#permits.acquire(ending, { isPatient: isKept })),
      );
      const turn = turns?.enter();
      if (turn !== undefined) {
        await turn;
        ending.throwIfAborted();
      }
      const stacks = this.#takeStack(invocation, isKept);
      if (this.#deadlines !== undefined && !isKept) invocation.limitTo(this.#deadlines);
      const imports = linkage.bind(bound);
      const options = { signal: ending, clock, limits };
      const instance =
        compiled.takeIdle?.(imports, options) ?? (await compiled.instantiate(imports, options));
      return await work(invocation.track(instance, { guestStderr, onFailure }, stacks), ending);
    } catch (error) {
      hasThrown = true;
      if (error instanceof InstantiationError) onFailure(error);
      invocation.end(error);
      throw error;
    } finally {
      if (begun !== undefined && signal?.aborted !== true) {
        onOver?.(performance.now() - begun, !(hasThrown || isFaulty || hasFailed?.()));
      }
      const settling = invocation.settle();
      if (settling === undefined) this.#leave(invocation);
      else void settling.then(() => this.#leave(invocation));
    }
  }

  /** Changes how many invocations run at once, in all pools that share cells. A lower limit lets running ones complete. */
  resize(maxInstances: number): void {
    setPermitLimit(this.#cells.cells, maxInstances);
  }

  /**
   * Refuses new invocations and resolves when all accepted ones are over, those that wait for a permit included.
   * Calling it again waits for the same end.
   */
  async close({ signal }: CloseOptions = {}): Promise<void> {
    this.#drained ??= Promise.withResolvers<void>();
    if (this.#invocations.isEmpty) this.#drained.resolve();
    const endAll = (): void => {
      for (const invocation of this.#invocations) invocation.endAll(signal?.reason);
    };
    if (signal?.aborted) endAll();
    signal?.addEventListener('abort', endAll, { once: true });
    try {
      await this.#drained.promise;
    } finally {
      signal?.removeEventListener('abort', endAll);
    }
  }

  /** A kept instance is there without a call most of the time. */
  #takeStack(invocation: Invocation, isKept: boolean): InvocationStacks | undefined {
    const { component, budgets } = this.#options;
    if (budgets === undefined) return undefined;
    if (isKept) return { budget: budgets, reserved: 0 };
    budgets.enter(component);
    invocation.onOver(() => budgets.leave());
    return { budget: budgets, reserved: 1 };
  }

  #leave(invocation: Invocation): void {
    this.#invocations.delete(invocation);
    if (this.#invocations.isEmpty) this.#drained?.resolve();
  }
}

/** For a component that runs in one thread only. */
function ownCells(limit: number, maxWaiting: number | undefined): ThreadCells {
  return {
    cells: createComponentCells({ limit, threads: 1, ...(maxWaiting !== undefined && { maxWaiting }) }),
    thread: 0,
  };
}
