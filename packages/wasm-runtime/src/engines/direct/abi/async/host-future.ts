import type { WitType } from '@wasmlattice/rpc';
import type { AbiInstance } from '../abi-instance.js';
import { HostSource } from './host-buffer.js';
import { hostWriter } from './host-stream.js';
import { SharedFuture } from './shared-future.js';

/** Writes what the host's promise is going to give to a future that a guest reads. A promise that rejects ends the guest, unless it has dropped the future. */
export function futureFromHost(
  instance: AbiInstance,
  element: WitType | undefined,
  value: unknown,
): SharedFuture {
  const shared = new SharedFuture(element);
  const { invocation } = instance;
  const over = instance.tasks.hostWork();
  let isTaken = false;
  shared.takeOrigin = () => {
    isTaken = true;
    over();
    return value;
  };
  const inside = (action: () => void): void => {
    if (isTaken) return;
    if (instance.invocation === invocation && instance.failure === undefined) {
      instance.calls.post(() => {
        try {
          action();
        } catch (error) {
          instance.fail(error);
        }
      });
    }
    over();
  };
  Promise.resolve(value).then(
    (result) =>
      inside(() => shared.write({ party: hostWriter, buffer: new HostSource([result]), onDone() {} })),
    (error: unknown) =>
      inside(() => {
        if (!shared.isDropped) throw error;
      }),
  );
  return shared;
}
