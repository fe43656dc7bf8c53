import type { AsyncBuiltin, CoreItem, CoreOptions } from '../../../../../formats/component/index.js';
import type { CoreTable } from '../../../../web-assembly.js';
import type { AbiPart } from '../../abi-part.js';
import type { CanonOptions, CoreFunction } from '../../core-types.js';
import type { GuestMemory } from '../../guest-memory.js';
import { bindCopy } from './copy-builtins.js';
import { bindCancelCopy, bindEndDrop, bindEndsNew } from './end-builtins.js';
import {
  bindErrorContextDebugMessage,
  bindErrorContextDrop,
  bindErrorContextNew,
} from './error-context-builtins.js';
import {
  bindBackpressure,
  bindContextGet,
  bindContextSet,
  bindTaskCancel,
  bindTaskReturn,
} from './task-builtins.js';
import {
  bindThreadIndex,
  bindThreadNew,
  bindThreadResumeLater,
  bindThreadSuspend,
  bindThreadSwitch,
  bindThreadYield,
} from './thread-builtins.js';
import {
  bindSubtaskCancel,
  bindSubtaskDrop,
  bindWaitableJoin,
  bindWaitableSetDrop,
  bindWaitableSetNew,
  bindWaitableSetPoll,
  bindWaitableSetWait,
} from './waitable-builtins.js';

/** What built-ins refer to in an instance. */
export interface BuiltinParts {
  memory(item: CoreItem): GuestMemory;
  table(item: CoreItem): CoreTable;
  options(options: CoreOptions): CanonOptions;
}

/** A canonical built-in of asynchronous components as a core function of a part. */
export function bindBuiltin(part: AbiPart, builtin: AsyncBuiltin, parts: BuiltinParts): CoreFunction {
  switch (builtin.name) {
    case 'task.return':
      return bindTaskReturn(part, builtin, parts.options(builtin.options));
    case 'task.cancel':
      return bindTaskCancel(part);
    case 'backpressure.inc':
      return bindBackpressure(part, 'inc');
    case 'backpressure.dec':
      return bindBackpressure(part, 'dec');
    case 'context.get':
      return bindContextGet(part, builtin.width, builtin.slot);
    case 'context.set':
      return bindContextSet(part, builtin.slot);
    case 'subtask.cancel':
      return bindSubtaskCancel(part, builtin.async);
    case 'subtask.drop':
      return bindSubtaskDrop(part);
    case 'waitable-set.new':
      return bindWaitableSetNew(part);
    case 'waitable-set.wait':
      return bindWaitableSetWait(part, parts.memory(builtin.memory), builtin.cancellable);
    case 'waitable-set.poll':
      return bindWaitableSetPoll(part, parts.memory(builtin.memory), builtin.cancellable);
    case 'waitable-set.drop':
      return bindWaitableSetDrop(part);
    case 'waitable.join':
      return bindWaitableJoin(part);
    case 'stream.new':
    case 'future.new':
      return bindEndsNew(part, builtin.type);
    case 'stream.read':
    case 'future.read':
      return bindCopy(part, builtin.type, 'read', parts.options(builtin.options));
    case 'stream.write':
    case 'future.write':
      return bindCopy(part, builtin.type, 'write', parts.options(builtin.options));
    case 'stream.cancel-read':
    case 'future.cancel-read':
      return bindCancelCopy(part, builtin.type, 'readable', builtin.async);
    case 'stream.cancel-write':
    case 'future.cancel-write':
      return bindCancelCopy(part, builtin.type, 'writable', builtin.async);
    case 'stream.drop-readable':
    case 'future.drop-readable':
      return bindEndDrop(part, builtin.type, 'readable');
    case 'stream.drop-writable':
    case 'future.drop-writable':
      return bindEndDrop(part, builtin.type, 'writable');
    case 'error-context.new':
      return bindErrorContextNew(part, parts.options(builtin.options));
    case 'error-context.debug-message':
      return bindErrorContextDebugMessage(part, parts.options(builtin.options));
    case 'error-context.drop':
      return bindErrorContextDrop(part);
    case 'thread.yield':
      return bindThreadYield(part, builtin.cancellable);
    case 'thread.index':
      return bindThreadIndex(part);
    case 'thread.new-indirect':
      return bindThreadNew(part, parts.table(builtin.table));
    case 'thread.resume-later':
      return bindThreadResumeLater(part);
    case 'thread.suspend':
      return bindThreadSuspend(part, builtin.cancellable);
    case 'thread.suspend-then-resume':
      return bindThreadSwitch(part, 'suspend', 'resume', builtin.cancellable);
    case 'thread.yield-then-resume':
      return bindThreadSwitch(part, 'yield', 'resume', builtin.cancellable);
    case 'thread.suspend-then-promote':
      return bindThreadSwitch(part, 'suspend', 'promote', builtin.cancellable);
    case 'thread.yield-then-promote':
      return bindThreadSwitch(part, 'yield', 'promote', builtin.cancellable);
  }
}
