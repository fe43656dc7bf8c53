import type { Returned } from '../core-arity.js';
import type { Lendable } from '../handle-table.js';
import type { HostCall } from '../host-call.js';
import type { LiftLowerContext } from '../lift-lower-context.js';
import { subtaskStates } from './events.js';
import type { LoweredResult } from './lowered-result.js';
import { Subtask } from './subtask.js';

export interface AsyncHostFunctionParts {
  readonly cx: LiftLowerContext;
  readonly call: HostCall;
  readonly result: LoweredResult;
  readonly hostFunction: string;
  /** Whether the promise that it returns is the value itself: that of a future. */
  readonly isFuture: boolean;
}

/** How a function of the host ended. */
type Outcome =
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'threw'; readonly error: unknown };

/** A call that has not ended yet. */
interface Pending {
  readonly promise: PromiseLike<unknown>;
}

/** A host function of asynchronous type as a guest calls it. Its arguments are in `cx.flat` when it begins. */
export class AsyncHostFunction {
  readonly #parts: AsyncHostFunctionParts;

  constructor(parts: AsyncHostFunctionParts) {
    this.#parts = parts;
  }

  /** The guest goes on at once and is told later. Returns state and number of the subtask. */
  begin(): Returned {
    const { cx, hostFunction } = this.#parts;
    const { instance, part } = cx;
    try {
      const { target, lenders, outcome } = this.#start();
      if (!('promise' in outcome)) {
        this.#settle(target, outcome);
        giveBack(lenders);
        return subtaskStates.returned;
      }
      const subtask = new Subtask(hostFunction);
      subtask.state = subtaskStates.started;
      subtask.lend(lenders);
      subtask.onCancel = () => this.#cancel(subtask, outcome);
      const index = part.handles.addOther(subtask, cx.label);
      subtask.index = index;
      this.#whenSettled(outcome, (settled) => {
        if (subtask.isResolved) return;
        this.#settle(target, settled);
        subtask.state = subtaskStates.returned;
        subtask.progress();
      });
      return subtask.state | (index << 4);
    } catch (error) {
      throw instance.fail(error, hostFunction);
    }
  }

  /** The guest's thread waits, and others go on meanwhile. */
  callAndWait(): Returned | Promise<Returned> {
    const { cx, hostFunction } = this.#parts;
    const { instance, part } = cx;
    try {
      const { target, lenders, outcome } = this.#start();
      if (!('promise' in outcome)) {
        giveBack(lenders);
        return this.#settle(target, outcome);
      }
      let settled: Outcome | undefined;
      this.#whenSettled(outcome, (result) => {
        settled = result;
      });
      const wait = { isReady: () => settled !== undefined, cancellable: false, what: () => hostFunction };
      return part.tasks.thread.block(wait, () => {
        giveBack(lenders);
        return this.#settle(target, settled as Outcome);
      });
    } catch (error) {
      throw instance.fail(error, hostFunction);
    }
  }

  /** Lifts the parameters and calls the host. */
  #start(): { readonly target: number; readonly lenders: Lendable[]; readonly outcome: Outcome | Pending } {
    const { cx, call, result, isFuture } = this.#parts;
    cx.part.leave(cx.label);
    cx.enter();
    const { target } = result;
    const lenders: Lendable[] = [];
    cx.lent = lenders;
    try {
      cx.instance.wait.assertNotAborted();
      const value = call();
      return {
        target,
        lenders,
        outcome: isThenable(value) && !isFuture ? { promise: value } : { kind: 'returned', value },
      };
    } catch (error) {
      return { target, lenders, outcome: { kind: 'threw', error } };
    }
  }

  /** Calls back with nobody inside the guest. */
  #whenSettled({ promise }: Pending, settle: (outcome: Outcome) => void): void {
    const { cx, hostFunction } = this.#parts;
    const { instance } = cx;
    const { invocation } = instance;
    const over = instance.tasks.hostWork();
    const inside = (outcome: Outcome): void => {
      if (instance.invocation === invocation && instance.failure === undefined) {
        instance.calls.post(() => {
          try {
            settle(outcome);
          } catch (error) {
            instance.fail(error, hostFunction);
          }
        });
      }
      over();
    };
    promise.then(
      (value) => inside({ kind: 'returned', value }),
      (error: unknown) => inside({ kind: 'threw', error }),
    );
  }

  #settle(target: number, outcome: Outcome): Returned {
    const { cx, result } = this.#parts;
    cx.enter();
    return outcome.kind === 'returned'
      ? result.returned(target, outcome.value)
      : result.threw(target, outcome.error);
  }

  /** The guest does not want it any more: what the host gives is dropped when it comes. */
  #cancel(subtask: Subtask, { promise }: Pending): undefined {
    promise.then(disposeQuietly, () => {});
    (promise as { cancel?: () => void }).cancel?.();
    subtask.state = subtaskStates.cancelledBeforeReturned;
    subtask.progress();
  }
}

function giveBack(lenders: readonly Lendable[]): void {
  for (const lender of lenders) lender.lends--;
}

function disposeQuietly(value: unknown): void {
  try {
    (value as Partial<Disposable> | undefined | null)?.[Symbol.dispose]?.();
  } catch {}
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { readonly then?: unknown }).then === 'function'
  );
}
