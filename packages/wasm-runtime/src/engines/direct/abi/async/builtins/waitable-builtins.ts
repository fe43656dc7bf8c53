import type { AbiPart } from '../../abi-part.js';
import { AbiTrap } from '../../abi-trap.js';
import type { CoreFunction } from '../../core-types.js';
import type { GuestMemory } from '../../guest-memory.js';
import { toAddress } from '../../ranges.js';
import { blocked, cancelledEvent, type GuestEvent, noEvent } from '../events.js';
import { Subtask } from '../subtask.js';
import { Waitable } from '../waitable.js';
import { WaitableSet } from '../waitable-set.js';
import { plainBuiltin, u32, waitingBuiltin } from './builtin.js';

// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#-canon-waitable-setnew

export function bindWaitableSetNew(part: AbiPart): CoreFunction {
  const label = 'waitable-set.new';
  return plainBuiltin(part, label, 0, () => part.handles.addOther(new WaitableSet(), label));
}

export function bindWaitableSetWait(part: AbiPart, memory: GuestMemory, cancellable: boolean): CoreFunction {
  const label = 'waitable-set.wait';
  return waitingBuiltin(part, label, { params: ['i32', memory.pointer], result: 'i32' }, (flat) => {
    const set = setAt(part, u32(flat, 0), label);
    const address = toAddress(flat[1]);
    const { thread } = part.tasks;
    if (thread.task.takePendingCancel(cancellable)) return give(memory, address, cancelledEvent, label);
    if (set.hasPendingEvent) return give(memory, address, set.takePendingEvent(), label);
    set.waiting++;
    const wait = { isReady: () => set.hasPendingEvent, cancellable, what: () => set.describe() };
    return thread.block(wait, (cancelled) => {
      set.waiting--;
      return give(memory, address, cancelled ? cancelledEvent : set.takePendingEvent(), label);
    });
  });
}

export function bindWaitableSetPoll(part: AbiPart, memory: GuestMemory, cancellable: boolean): CoreFunction {
  const label = 'waitable-set.poll';
  return plainBuiltin(part, label, 2, (flat) => {
    const set = setAt(part, u32(flat, 0), label);
    const isCancelled = part.tasks.thread.task.takePendingCancel(cancellable);
    const event = isCancelled ? cancelledEvent : set.hasPendingEvent ? set.takePendingEvent() : noEvent;
    return give(memory, toAddress(flat[1]), event, label);
  });
}

export function bindWaitableSetDrop(part: AbiPart): CoreFunction {
  const label = 'waitable-set.drop';
  return plainBuiltin(part, label, 1, (flat) => {
    const index = u32(flat, 0);
    setAt(part, index, label).drop(label);
    part.handles.removeOther(index);
    return undefined;
  });
}

export function bindWaitableJoin(part: AbiPart): CoreFunction {
  const label = 'waitable.join';
  return plainBuiltin(part, label, 2, (flat) => {
    const waitable = part.handles.getOther(u32(flat, 0), Waitable, 'a waitable', label);
    if (waitable.hasSyncWaiter) throw new AbiTrap(`${label}: a task waits for ${waitable.what} alone`);
    const set = u32(flat, 1);
    waitable.join(set === 0 ? undefined : setAt(part, set, label));
    return undefined;
  });
}

export function bindSubtaskDrop(part: AbiPart): CoreFunction {
  const label = 'subtask.drop';
  return plainBuiltin(part, label, 1, (flat) => {
    const index = u32(flat, 0);
    subtaskAt(part, index, label).drop(label);
    part.handles.removeOther(index);
    return undefined;
  });
}

export function bindSubtaskCancel(part: AbiPart, isAsync: boolean): CoreFunction {
  const label = 'subtask.cancel';
  return waitingBuiltin(part, label, { params: ['i32'], result: 'i32' }, (flat) => {
    const subtask = subtaskAt(part, u32(flat, 0), label);
    if (subtask.isDelivered) throw new AbiTrap(`${label}: ${subtask.what} has come to its end already`);
    if (subtask.isCancellationRequested) {
      throw new AbiTrap(`${label}: ${subtask.what} was asked to end already`);
    }
    if (subtask.isInSet && !isAsync) throw new AbiTrap(`${label}: ${subtask.what} is in a waitable set`);
    const { thread } = part.tasks;
    const end = (): number => {
      subtask.takePendingEvent();
      return subtask.state;
    };
    if (subtask.isResolved) return end();
    subtask.isCancellationRequested = true;
    const next = (): number | Promise<number> => {
      if (subtask.isResolved) return end();
      if (isAsync) return blocked;
      subtask.hasSyncWaiter = true;
      const wait = { isReady: () => subtask.isResolved, cancellable: false, what: () => subtask.what };
      return thread.block(wait, () => {
        subtask.hasSyncWaiter = false;
        return end();
      }) as Promise<number>;
    };
    const cancelling = subtask.onCancel?.();
    if (cancelling === undefined) return next();
    return cancelling.then(next).catch((error: unknown) => {
      throw part.instance.fail(error);
    });
  });
}

function setAt(part: AbiPart, index: number, label: string): WaitableSet {
  return part.handles.getOther(index, WaitableSet, 'a waitable set', label);
}

function subtaskAt(part: AbiPart, index: number, label: string): Subtask {
  return part.handles.getOther(index, Subtask, 'a subtask', label);
}

/** Writes what the event is about to memory. Returns its code. */
function give(
  memory: GuestMemory,
  address: number,
  { code, index, payload }: GuestEvent,
  label: string,
): number {
  memory.refresh();
  if ((address & 3) !== 0 || address + 8 > memory.bytes.length) {
    throw new AbiTrap(`${label}: there is no room for an event at ${address}: 8 bytes, aligned to 4`);
  }
  memory.view.setUint32(address, index, true);
  memory.view.setUint32(address + 4, payload, true);
  return code;
}
