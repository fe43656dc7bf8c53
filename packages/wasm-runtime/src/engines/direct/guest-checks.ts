import type { Preemption } from '../preemption.js';
import type { AbiInstance } from './abi/index.js';
import { type Checks, type Verdict, verdicts } from './check-bridge.js';

/** What becomes of the guest in one instance when its thread wants something of it. */
export class GuestChecks implements Checks {
  readonly #abi: AbiInstance;
  readonly #preemption: Preemption;
  /** Stands for the component among those that take turns. */
  readonly #program: object;

  constructor(abi: AbiInstance, preemption: Preemption, program: object) {
    this.#abi = abi;
    this.#preemption = preemption;
    this.#program = program;
  }

  readonly check = (): Verdict => {
    const abi = this.#abi;
    // The word stays set, for what else this guest does on its way out.
    if (abi.failure !== undefined) return verdicts.end;
    const isSliceOver = this.#preemption.isSliceOver(abi.ticksAtStart);
    if (abi.wait.abortReason !== undefined) return this.#end(abi.wait.abortReason);
    if (abi.unsuspended.isRunning) {
      const overrun = abi.unsuspended.overrun();
      return overrun === undefined ? verdicts.goOn : this.#end(overrun);
    }
    return isSliceOver ? verdicts.wait : verdicts.goOn;
  };

  readonly wait = (): Promise<Verdict> => {
    const { wait } = this.#abi;
    const { promise, resolve } = Promise.withResolvers<Verdict>();
    const end = (): void => resolve(verdicts.end);
    wait.start(end);
    void this.#preemption.nextTurn(this.#program).then(() => {
      if (wait.end(end)) resolve(verdicts.goOn);
    });
    return promise;
  };

  #end(error: Error): Verdict {
    this.#abi.fail(error);
    return verdicts.end;
  }
}
