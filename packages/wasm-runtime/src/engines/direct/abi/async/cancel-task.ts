import type { AbiPart } from '../abi-part.js';
import type { GuestThread } from './guest-thread.js';
import { runNested } from './nested-run.js';
import type { Task } from './task.js';

/**
 * Asks a task to end, for a part that called it. A task that waits and can be told is told at once, any other when it next waits where it can.
 *
 * @returns a promise while the task, which was told, has not come to a wait or its end
 */
export function requestCancellation(task: Task, from: AbiPart): Promise<void> | undefined {
  const { part } = task;
  const thread = task.state === 'initial' ? task.implicitThread : threadToTell(task);
  if (thread === undefined || !part.mayBeEnteredFrom(from) || !part.instance.maySuspend) {
    task.state = 'pending-cancel';
    return undefined;
  }
  task.state = 'cancel-delivered';
  return runNested(part.instance, task.label, (onPaused) => thread.resume(true, from, onPaused));
}

function threadToTell(task: Task): GuestThread | undefined {
  const { implicitThread, options, part } = task;
  const { exclusive } = part.tasks;
  const isShutOut = options.isExclusive && exclusive !== undefined && exclusive !== implicitThread;
  return task.threads.find((thread) => thread.isCancellable && !(isShutOut && thread === implicitThread));
}
