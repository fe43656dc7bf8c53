import type { CoreTable } from '../../../../web-assembly.js';
import type { AbiPart } from '../../abi-part.js';
import { AbiTrap } from '../../abi-trap.js';
import type { Returned } from '../../core-arity.js';
import type { CoreFunction } from '../../core-types.js';
import { GuestThread, type Wait } from '../guest-thread.js';
import { type ThreadStarts, threadStarts } from '../thread-start.js';
import { plainBuiltin, u32, waitingBuiltin } from './builtin.js';

// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#-canon-threadyield

const always = (): boolean => true;

/** Gives 1 for a task that was told to end, else 0. */
export function bindThreadYield(part: AbiPart, cancellable: boolean): CoreFunction {
  return waitingBuiltin(part, 'thread.yield', { params: [], result: 'i32' }, () => {
    const { thread } = part.tasks;
    if (thread.task.takePendingCancel(cancellable)) return 1;
    if (!part.instance.maySuspend) return 0;
    if (!thread.mayBlock && !part.tasks.hasReadyThread) return 0;
    return thread.block(yielding(part, cancellable), toFlag);
  });
}

export function bindThreadIndex(part: AbiPart): CoreFunction {
  const label = 'thread.index';
  return plainBuiltin(part, label, 0, () => part.tasks.indexOf(part.tasks.thread, label));
}

/** Makes a thread of a function in `table`. It waits to be resumed. */
export function bindThreadNew(part: AbiPart, table: CoreTable): CoreFunction {
  const label = 'thread.new-indirect';
  const starts: { i32?: ThreadStarts; i64?: ThreadStarts } = {};
  const done = (): void => {
    const { thread } = part.tasks;
    if (part.instance.failure !== undefined) throw part.instance.failure.error;
    end(part, thread);
  };
  return plainBuiltin(part, label, 2, (flat) => {
    const index = u32(flat, 0);
    const argument = flat[1] as number | bigint;
    const width = typeof argument === 'bigint' ? 'i64' : 'i32';
    starts[width] ??= threadStarts(table, width, done);
    const from = starts[width];
    if (!from.isStart(index)) {
      throw new AbiTrap(
        `${label}: the table has no function at ${index} that takes one ${width} and gives nothing`,
      );
    }
    const { task } = part.tasks.thread;
    const thread = new GuestThread(task);
    const number = part.tasks.indexOf(thread, label);
    task.threads.push(thread);
    part.instance.tasks.add(task);
    thread.prepare({ cancellable: false, what: () => 'another thread to start it' }, () => {
      from.enter(index, argument).catch((error: unknown) => {
        part.instance.fail(error);
        thread.exit();
      });
    });
    return number;
  });
}

/** Has a thread that waits to be resumed go on when its turn comes. */
export function bindThreadResumeLater(part: AbiPart): CoreFunction {
  const label = 'thread.resume-later';
  return plainBuiltin(part, label, 1, (flat) => {
    suspendedAt(part, u32(flat, 0), label).resumeLater();
    return undefined;
  });
}

export function bindThreadSuspend(part: AbiPart, cancellable: boolean): CoreFunction {
  return waitingBuiltin(part, 'thread.suspend', { params: [], result: 'i32' }, () => {
    const { thread } = part.tasks;
    if (thread.task.takePendingCancel(cancellable)) return 1;
    return thread.block(suspending(cancellable), toFlag);
  });
}

type Verb = 'suspend' | 'yield';

/** Waits, and has another thread go on at once. */
export function bindThreadSwitch(
  part: AbiPart,
  verb: Verb,
  which: 'resume' | 'promote',
  cancellable: boolean,
): CoreFunction {
  const label = `thread.${verb}-then-${which}`;
  return waitingBuiltin(
    part,
    label,
    { params: ['i32'], result: 'i32' },
    (flat): Returned | Promise<Returned> => {
      const { thread } = part.tasks;
      const index = u32(flat, 0);
      const other = which === 'resume' ? suspendedAt(part, index, label) : threadAt(part, index, label);
      if (thread.task.takePendingCancel(cancellable)) return 1;
      const wait = verb === 'suspend' ? suspending(cancellable) : yielding(part, cancellable);
      // What is promoted is one of those that are ready; where it is not, others have their turn.
      if (which === 'promote' && !other.isResumable) return thread.block(wait, toFlag);
      return thread.switchTo(other, wait, toFlag);
    },
  );
}

/** A thread that was made is over. */
function end(part: AbiPart, thread: GuestThread): void {
  const { task } = thread;
  part.tasks.forget(thread);
  task.exit(thread);
  if (task.threads.length === 0) part.instance.tasks.remove(task);
  thread.exit();
}

function suspending(cancellable: boolean): Wait {
  return { cancellable, what: () => 'another thread to resume it' };
}

function yielding(part: AbiPart, cancellable: boolean): Wait {
  const turn = part.instance.tasks.yield();
  return {
    isReady: turn.isOver ? always : () => turn.isOver,
    yields: true,
    cancellable,
    what: () => 'its next turn',
  };
}

function toFlag(cancelled: boolean): number {
  return cancelled ? 1 : 0;
}

function threadAt(part: AbiPart, index: number, label: string): GuestThread {
  return part.tasks.threads.getOther(index, GuestThread, 'a thread', label);
}

function suspendedAt(part: AbiPart, index: number, label: string): GuestThread {
  const thread = threadAt(part, index, label);
  if (!thread.isSuspended) throw new AbiTrap(`${label}: thread ${index} is not suspended`);
  return thread;
}
