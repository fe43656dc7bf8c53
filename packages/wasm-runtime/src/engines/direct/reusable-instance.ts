import type { HostImports, InstantiateOptions } from '../engine.js';
import type { GuestFailure, LiftedFunction } from './abi/index.js';
import type { InstanceState, StateHandles } from './instance-state.js';
import type { LinkedInstance } from './linked-instance.js';
import type { PlannedExport } from './program.js';

/** An instance from its first invocation to its last. */
export class ReusableInstance {
  readonly #linked: LinkedInstance;
  readonly #state: InstanceState | undefined;
  /** The state is that before its start functions, which run again in each further invocation. */
  readonly isToBeStarted: boolean;
  readonly #functions = new Map<PlannedExport, LiftedFunction>();

  /**
   * @param state what it is brought back to; without it the instance serves one invocation
   * @param isToBeStarted whether start functions have not run in that state
   */
  constructor(linked: LinkedInstance, state: InstanceState | undefined, isToBeStarted = false) {
    this.#linked = linked;
    this.#state = state;
    this.isToBeStarted = isToBeStarted;
  }

  /** Runs the start functions, in an invocation. */
  start(): Promise<void> {
    return this.#linked.start();
  }

  /** What the guest has of memories and tables; none where it can't be seen. */
  get handles(): StateHandles {
    return this.#linked.state;
  }

  get bytes(): number {
    return this.#state?.bytes ?? 0;
  }

  /** Resolves when nothing goes on in the guest; `undefined` when nothing does. */
  settled(): Promise<void> | undefined {
    const { tasks } = this.#linked.abi;
    return tasks.isSettled ? undefined : tasks.settled();
  }

  /** Nobody will write what the host still reads. */
  endOpen(): void {
    this.#linked.abi.tasks.endOpen();
  }

  /** What ended the guest. */
  get failure(): GuestFailure | undefined {
    return this.#linked.abi.failure;
  }

  /** What is known of the end of the guest with `error`. */
  failureOf(error: unknown): GuestFailure | undefined {
    const { failure } = this;
    return failure?.error === error ? failure : undefined;
  }

  /** Begins an invocation. */
  startWatching(imports: HostImports, options: InstantiateOptions): void {
    this.#linked.abi.startWatching(imports, options);
  }

  function(planned: PlannedExport): LiftedFunction {
    const known = this.#functions.get(planned);
    if (known !== undefined) return known;
    const bound = this.#linked.bindExport(planned);
    this.#functions.set(planned, bound);
    return bound;
  }

  /**
   * Ends an invocation: gives back what the guest holds of the host.
   *
   * @returns false when the instance must not be used again
   */
  stopWatching(): boolean {
    return this.#linked.abi.stopWatching() && this.#state !== undefined;
  }

  /**
   * Brings the instance back to its first state.
   *
   * @returns false when that can't be done
   */
  restore(): boolean {
    return this.#state?.restore() ?? false;
  }
}
