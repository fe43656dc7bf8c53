import { AbiTrap } from '../abi-trap.js';
import type { LiftedFunction } from '../lift.js';
import type { AsyncLifted } from './async-lift.js';
import type { TaskCaller } from './task.js';

/**
 * A function of a guest as the host calls it. The promise settles when the task returns: the task may go on after that.
 */
export function callFromHost(lifted: AsyncLifted): LiftedFunction {
  const { label, part } = lifted;
  const { instance } = part;
  const { calls } = instance;
  return (params) =>
    new Promise((resolve, reject) => {
      const caller: TaskCaller = {
        onStart: () => params,
        onReturn: resolve,
        onCancelled: () => reject(new AbiTrap(`${label}: the task ended as if it had been cancelled`)),
        onFailed: reject,
      };
      const begin = (): void => {
        try {
          instance.begin(label);
        } catch (refusal) {
          calls.leave();
          reject(refusal);
          return;
        }
        instance.wait.resumed();
        lifted.begin(caller, undefined, () => {
          instance.wait.paused();
          instance.tasks.passOn();
        });
      };
      if (calls.isBusy) {
        calls.wait({ isReady: () => true, go: begin });
      } else {
        calls.enter();
        begin();
      }
    });
}
