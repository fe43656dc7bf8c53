import { AbiTrap } from '../abi-trap.js';
import type { LiftedFunction } from '../lift.js';
import type { AsyncLifted } from './async-lift.js';
import type { TaskCaller } from './task.js';

/**
 * A function of a guest as the host calls it. The promise settles when the task returns: the task may go on after that.
 */
export function callFromHost(lifted: AsyncLifted): LiftedFunction {
  const { instance } = lifted.part;
  const { calls } = instance;
  const onPaused = (): void => {
    instance.wait.paused();
    instance.tasks.passOn();
  };
  const begin = (caller: HostCaller): void => {
    try {
      instance.begin(lifted.label);
    } catch (refusal) {
      calls.leave();
      caller.onFailed(refusal);
      return;
    }
    instance.wait.resumed();
    lifted.begin(caller, undefined, onPaused);
  };
  return (params) =>
    new Promise((resolve, reject) => {
      const caller = new HostCaller(lifted.label, params, resolve, reject);
      if (calls.isBusy) {
        calls.wait({ isReady: () => true, go: () => begin(caller) });
      } else {
        calls.enter();
        begin(caller);
      }
    });
}

class HostCaller implements TaskCaller {
  readonly #label: string;
  readonly #params: readonly unknown[];
  readonly onReturn: (result: unknown) => void;
  readonly onFailed: (error: unknown) => void;

  constructor(
    label: string,
    params: readonly unknown[],
    resolve: (result: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    this.#label = label;
    this.#params = params;
    this.onReturn = resolve;
    this.onFailed = reject;
  }

  onStart(): readonly unknown[] {
    return this.#params;
  }

  onCancelled(): void {
    this.onFailed(new AbiTrap(`${this.#label}: the task ended as if it had been cancelled`));
  }
}
