import type { EndSignal } from '../../ending.js';
import type { GuestClock, InstantiateOptions } from '../engine.js';
import { type AnyFunction, webAssembly } from '../web-assembly.js';

/** Sees every wait and every trap of one instance. */
export interface GuestWatch {
  /** Stands in for the global `WebAssembly` in the instance's generated code. */
  readonly webAssembly: object;
  /** Rejects with what ended the guest as soon as its WebAssembly frames are unwound; never resolves. */
  readonly failure: Promise<never>;
  /** Whether {@link GuestWatch.failure} is rejected. */
  hasFailed(): boolean;
}

/**
 * Puts the engine between the generated code and V8: `Suspending` so that an abort ends the guest's waits whatever
 * host function it waits in, `promising` because jco's bookkeeping after a trap may replace the cause by an error of its own.
 */
export function watchGuest({ signal, clock }: InstantiateOptions): GuestWatch {
  const failure = Promise.withResolvers<never>();
  let failed = false;
  failure.promise.catch(() => {});

  function Suspending(func: AnyFunction): object {
    const timed = clock === undefined ? func : timedWaits(func, clock);
    return new webAssembly.Suspending(signal ? interruptible(timed, signal) : timed);
  }

  function promising(func: AnyFunction): (...args: readonly unknown[]) => Promise<unknown> {
    const call = webAssembly.promising(func);
    return async (...args) => {
      try {
        clock?.enter();
        const called = call(...args);
        clock?.leave();
        return await called;
      } catch (error) {
        failed = true;
        failure.reject(error);
        throw error;
      } finally {
        clock?.leave();
      }
    };
  }

  return {
    webAssembly: Object.create(webAssembly, {
      Suspending: { value: Suspending },
      promising: { value: promising },
    }) as object,
    failure: failure.promise,
    hasFailed: () => failed,
  };
}

function timedWaits(func: AnyFunction, clock: GuestClock): (...args: never[]) => unknown {
  const goOn = (): void => clock.enter();
  return (...args) => {
    const result = func(...args);
    if (!(result instanceof Promise)) return result;
    clock.leave();
    return result.finally(goOn);
  };
}

function interruptible(func: AnyFunction, signal: EndSignal): (...args: never[]) => unknown {
  return (...args) => {
    if (signal.aborted) throw abortError(signal);
    const result = func(...args);
    return result instanceof Promise ? untilAborted(result, signal) : result;
  };
}

function untilAborted(result: Promise<unknown>, signal: EndSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(abortError(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** An `Error` whatever the reason is: anything else would reach the guest as the `err` of a WIT result. */
function abortError(signal: EndSignal): Error {
  const { reason } = signal;
  return reason instanceof Error && !Object.hasOwn(reason, 'payload')
    ? reason
    : new Error(String(reason), { cause: reason });
}
