import type { CallPlan, CallSide, CallTypes } from '../calls/part-call.js';
import type { Returned } from '../core-arity.js';
import type { Lendable } from '../handle-table.js';
import { maxFlatAsyncParams } from '../layout.js';
import { LiftLowerContext } from '../lift-lower-context.js';
import { toAddress } from '../ranges.js';
import { compileSignatures, loweredSignature, type Signature } from '../signature.js';
import { suspendingImport } from '../suspending-import.js';
import { type AsyncLifted, compileAsyncLift } from './async-lift.js';
import { concurrentSignature } from './async-lower.js';
import { requestCancellation } from './cancel-task.js';
import { subtaskStates } from './events.js';
import { LoweredResult } from './lowered-result.js';
import { runNested } from './nested-run.js';
import { Subtask } from './subtask.js';
import type { Task, TaskCaller } from './task.js';

/**
 * Lowers an asynchronous function that another part lifts, in any of their forms.
 *
 * @param name of the function, for messages
 */
export function compileAsyncPartCall(types: CallTypes, name: string): CallPlan {
  const lift = compileAsyncLift(types.callee, `function ${name}`);
  const blocking = compileSignatures(types.caller);
  const concurrent = compileSignatures(types.caller, maxFlatAsyncParams);
  return {
    bind(caller, callee, core) {
      const isAsync = caller.options.async === true;
      const signature = (isAsync ? concurrent : blocking)(caller.options.memory?.pointer ?? 'i32');
      const call = new AsyncPartCall(caller, lift.bind(callee.part, callee.options, core), signature);
      const { flat } = caller.part;
      return isAsync
        ? suspendingImport(concurrentSignature(signature), flat, () => call.begin())
        : suspendingImport(loweredSignature(signature), flat, () => call.callAndWait());
    },
  };
}

/** A call under way. */
interface Call {
  readonly subtask: Subtask;
  /** Set when the result is not in memory. */
  result: Returned;
  /** What is under way until the callee waits for the first time. */
  started: Promise<void> | undefined;
}

class AsyncPartCall {
  /** Of the caller. */
  readonly #cx: LiftLowerContext;
  readonly #signature: Signature;
  readonly #callee: AsyncLifted;
  readonly #result: LoweredResult;

  constructor({ part, options }: CallSide, callee: AsyncLifted, signature: Signature) {
    this.#cx = new LiftLowerContext(part, callee.label, options, false);
    this.#cx.isBetweenParts = true;
    this.#signature = signature;
    this.#callee = callee;
    this.#result = new LoweredResult(this.#cx, signature, options.async === true);
  }

  /** The caller goes on as soon as the callee waits. Returns state and number of the subtask. */
  begin(): Returned | Promise<Returned> {
    const { part, label } = this.#cx;
    return this.#guarded(() => {
      const call = this.#start();
      return afterwards(call.started, () =>
        this.#guarded(() => {
          const { subtask } = call;
          if (subtask.isResolved) {
            subtask.deliver();
            return subtaskStates.returned;
          }
          subtask.index = part.handles.addOther(subtask, label);
          return subtask.state | (subtask.index << 4);
        }),
      );
    });
  }

  /** The caller's thread waits for the result. */
  callAndWait(): Returned | Promise<Returned> {
    const { thread } = this.#cx.part.tasks;
    return this.#guarded(() => {
      const call = this.#start();
      const { subtask } = call;
      const result = (): Returned => {
        subtask.deliver();
        return call.result;
      };
      return afterwards(call.started, () =>
        this.#guarded(() => {
          if (subtask.isResolved) return result();
          const wait = { isReady: () => subtask.isResolved, cancellable: false, what: () => subtask.what };
          return thread.block(wait, result);
        }),
      );
    });
  }

  #start(): Call {
    const { part, instance, label, flat } = this.#cx;
    const callee = this.#callee;
    part.assertMayLeave(label);
    if (callee.part.isRelatedTo(part)) {
      throw this.#cx.trap(
        'cannot enter a component from one that it contains or that contains it, or from itself',
      );
    }
    const subtask = new Subtask(label);
    const args = flat.slice(0, this.#signature.flatParams);
    const { target } = this.#result;
    const call: Call = { subtask, result: undefined, started: undefined };
    const change = (state: Subtask['state']): void => {
      subtask.state = state;
      // The caller is told what it has not been told by the call itself.
      if (subtask.index !== 0) subtask.progress();
    };
    const caller: TaskCaller = {
      isPart: true,
      onStart: () => {
        const params = this.#liftParams(args, subtask);
        change(subtaskStates.started);
        return params;
      },
      onReturn: (value) => {
        this.#cx.enter();
        call.result = this.#result.returned(target, value);
        change(subtaskStates.returned);
      },
      onCancelled: () =>
        change(
          subtask.state === subtaskStates.starting
            ? subtaskStates.cancelledBeforeStarted
            : subtaskStates.cancelledBeforeReturned,
        ),
    };
    let task: Task | undefined;
    subtask.onCancel = () => task && requestCancellation(task, part);
    call.started = runNested(instance, label, (onPaused) => {
      task = callee.begin(caller, part, onPaused);
    });
    return call;
  }

  /** The callee may take them later, when the caller's own values are no longer where they were. */
  #liftParams(args: readonly (number | bigint)[], subtask: Subtask): unknown[] {
    const cx = this.#cx;
    for (const [i, value] of args.entries()) cx.flat[i] = value;
    cx.enter();
    const lenders: Lendable[] = [];
    cx.lent = lenders;
    const { params, spilled } = this.#signature;
    const address = spilled === undefined ? 0 : toAddress(cx.flat[0]);
    if (spilled !== undefined) cx.checkRange(address, spilled.size, spilled.align, 'the parameters');
    const values = params.map(({ codec, place }) =>
      spilled === undefined ? codec.lift(cx, place) : codec.load(cx, address + place),
    );
    subtask.lend(lenders);
    return values;
  }

  #guarded<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw this.#cx.instance.fail(error);
    }
  }
}

/** At once where nothing is to be waited for. */
function afterwards<T>(started: Promise<void> | undefined, then: () => T | Promise<T>): T | Promise<T> {
  return started === undefined ? then() : started.then(then);
}
