import type { AbiInstance } from '../abi-instance.js';
import { type CopyResult, copyResults } from './events.js';
import { hostReader } from './guest-stream.js';
import { HostTarget } from './host-buffer.js';
import type { HostEnd } from './instance-tasks.js';
import type { SharedFuture } from './shared-future.js';

/** The readable end of a future in the hands of the host, which reads at once. */
class GuestFuture implements HostEnd {
  readonly #reject: (error: unknown) => void;
  #isDone = false;

  constructor(
    instance: AbiInstance,
    shared: SharedFuture,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    this.#reject = reject;
    instance.tasks.hold(this);
    const target = new HostTarget(1);
    try {
      shared.read({
        party: hostReader,
        buffer: target,
        onDone: (result: CopyResult) => {
          if (this.#isDone) return;
          this.#isDone = true;
          instance.tasks.letGo(this);
          if (result === copyResults.completed) resolve(target.chunk?.[0]);
          else reject(new Error('the guest has ended and left this future without a value'));
        },
      });
    } catch (error) {
      this.abandon(instance.fail(error));
    }
  }

  get isOffered(): boolean {
    return false;
  }

  /** What is read at once is never left over. */
  get isComplete(): boolean {
    return false;
  }

  abandon(error: unknown): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#reject(error);
  }
}

/** The value that a guest is going to write. It rejects when the guest ends before. */
export function readFuture(instance: AbiInstance, shared: SharedFuture): Promise<unknown> {
  const promise = new Promise<unknown>((resolve, reject) => {
    new GuestFuture(instance, shared, resolve, reject);
  });
  // Nobody has to look at it.
  promise.catch(() => {});
  return promise;
}
