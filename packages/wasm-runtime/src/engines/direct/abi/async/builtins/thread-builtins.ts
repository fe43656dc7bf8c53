import type { AbiPart } from '../../abi-part.js';
import type { CoreFunction } from '../../core-types.js';
import { waitingBuiltin } from './builtin.js';

// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#-canon-threadyield

/** Gives 1 for a task that was told to end, else 0. */
export function bindThreadYield(part: AbiPart, cancellable: boolean): CoreFunction {
  return waitingBuiltin(part, 'thread.yield', { params: [], result: 'i32' }, () => {
    const { instance, tasks } = part;
    const { thread } = tasks;
    if (thread.task.takePendingCancel(cancellable)) return 1;
    // A synchronous task does not let others into its part.
    if (!thread.mayBlock || !instance.maySuspend) return 0;
    const turn = instance.tasks.yield();
    const wait = { isReady: () => turn.isOver, cancellable, what: () => 'its next turn' };
    return thread.block(wait, (cancelled) => (cancelled ? 1 : 0));
  });
}
