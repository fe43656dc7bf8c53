import type { AbiInstance } from '../abi-instance.js';
import { AbiTrap } from '../abi-trap.js';

/**
 * Runs a thread from within another one, which goes on when that one waits or is over.
 *
 * @param run is given what is to be called then
 * @param label names what runs, for messages
 * @returns a promise when it has not come to that yet, since V8 has suspended it meanwhile: for a suspending import to return
 * @throws what ended the guest
 */
export function runNested(
  instance: AbiInstance,
  label: string,
  run: (onPaused: () => void) => void,
): Promise<void> | undefined {
  let isPaused = false;
  let wake: (() => void) | undefined;
  run(() => {
    isPaused = true;
    wake?.();
  });
  const throwFailure = (): void => {
    if (instance.failure !== undefined) throw instance.failure.error;
  };
  if (isPaused) {
    throwFailure();
    return undefined;
  }
  if (!instance.maySuspend) {
    throw new AbiTrap(
      `${label}: it is called by code that can't be suspended, and did not come to its end at once`,
    );
  }
  return new Promise<void>((resolve) => {
    wake = resolve;
  }).then(throwFailure);
}
