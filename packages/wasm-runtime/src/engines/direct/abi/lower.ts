import type { WitFunction } from '@wasmlattice/rpc';
import { OptionalWait } from '../../optional-wait.js';
import type { AbiPart } from './abi-part.js';
import { compileAsyncLower } from './async/async-lower.js';
import { type Returned, withArity } from './core-arity.js';
import type { CanonOptions, CoreFunction } from './core-types.js';
import { compileHostCall, type HostCall } from './host-call.js';
import { LiftLowerContext } from './lift-lower-context.js';
import { payloadOf } from './payload-of.js';
import { toAddress } from './ranges.js';
import { isResult, type ResultCodec } from './results.js';
import { compileSignatures, loweredSignature, type Signature } from './signature.js';
import { suspendingImport } from './suspending-import.js';

/** `canon lower` of one host function, the same for all instances of a component. */
export interface LowerPlan {
  /**
   * @param part the one that calls
   * @param suspends whether the host function may return a promise: the import suspends the guest until it settles
   */
  bind(part: AbiPart, options: CanonOptions, suspends: boolean): CoreFunction;
}

/**
 * @param importId verbatim id of the interface, `''` for a world-level function
 */
export function compileLower(func: WitFunction, importId: string): LowerPlan {
  if (func.async === true) return compileAsyncLower(func, importId);
  const signatureFor = compileSignatures(func);
  const hostFunction = importId === '' ? func.name : `${importId} ${func.name}`;
  const label = `import ${hostFunction}`;
  return {
    bind(part, options, suspends) {
      const signature = signatureFor(options.memory?.pointer ?? 'i32');
      const core = loweredSignature(signature);
      const cx = new LiftLowerContext(part, label, options, signature.tracksLends);
      const callHost = compileHostCall(cx, signature, func.name, importId);
      const lowered = new LoweredFunction(
        cx,
        signature,
        callHost,
        hostFunction,
        func.result?.kind === 'future',
      );
      if (!suspends) return withArity(core.params.length, cx.flat, () => lowered.call());
      return suspendingImport(core, cx.flat, () => lowered.callWaiting());
    },
  };
}

/** What a guest calls. Its arguments are in `cx.flat` when it begins. */
class LoweredFunction {
  readonly #cx: LiftLowerContext;
  readonly #callHost: HostCall;
  readonly #hostFunction: string;
  readonly #signature: Signature;
  readonly #witResult: ResultCodec | undefined;
  /** Where among the core values the pointer to the result is. */
  readonly #resultSlot: number;
  /** Whether the result is a future, whose promise is the value itself. */
  readonly #isFuture: boolean;

  constructor(
    cx: LiftLowerContext,
    signature: Signature,
    callHost: HostCall,
    hostFunction: string,
    isFuture: boolean,
  ) {
    this.#isFuture = isFuture;
    this.#cx = cx;
    this.#hostFunction = hostFunction;
    this.#signature = signature;
    this.#callHost = callHost;
    this.#witResult = signature.witResult;
    this.#resultSlot = signature.flatParams;
  }

  call(): Returned {
    const { instance } = this.#cx;
    try {
      const target = this.#begin();
      let value: unknown;
      try {
        value = this.#callHost();
      } catch (error) {
        return this.#threw(target, error);
      }
      if (value instanceof Promise && !this.#isFuture) throw this.#unexpectedPromise(value);
      return this.#returned(target, value);
    } catch (error) {
      throw instance.fail(error, this.#hostFunction);
    }
  }

  /** As {@link LoweredFunction.call}, for a host function that may return a promise. */
  callWaiting(): Returned | Promise<Returned> {
    const { instance } = this.#cx;
    try {
      const target = this.#begin();
      let value: unknown;
      try {
        instance.wait.assertNotAborted();
        value = this.#callHost();
      } catch (error) {
        return this.#threw(target, error);
      }
      if (this.#isFuture || !isThenable(value)) return this.#returned(target, value);
      if (value instanceof OptionalWait && !instance.maySuspend) return this.#returned(target, value.value);
      return this.#wait(target, value);
    } catch (error) {
      throw instance.fail(error, this.#hostFunction);
    }
  }

  /** Returns where the result goes. */
  #begin(): number {
    const cx = this.#cx;
    cx.part.leave(cx.label);
    cx.enter();
    return this.#signature.resultInMemory ? toAddress(cx.flat[this.#resultSlot]) : 0;
  }

  #wait(target: number, promise: PromiseLike<unknown>): Promise<Returned> {
    const { instance } = this.#cx;
    return new Promise((resolve, reject) => {
      const settle = (lower: () => Returned): void => {
        if (!instance.wait.end(reject)) return;
        try {
          this.#cx.enter();
          resolve(lower());
        } catch (error) {
          reject(instance.fail(error, this.#hostFunction));
        }
      };
      instance.wait.start(reject);
      promise.then(
        (value) => settle(() => this.#returned(target, value)),
        (error: unknown) => settle(() => this.#threw(target, error)),
      );
    });
  }

  /** Gives the guest what the host function returned. */
  #returned(target: number, value: unknown): Returned {
    const cx = this.#cx;
    cx.returnLent();
    const { result, resultInMemory } = this.#signature;
    if (result === undefined) return undefined;
    const bare = this.#witResult !== undefined && !isResult(value) ? this.#witResult : undefined;
    cx.memory.refresh();
    if (resultInMemory) {
      cx.checkRange(target, result.layout.size, result.layout.align, 'the result');
      if (bare === undefined) result.store(cx, target, value);
      else bare.storeOk(cx, target, value);
      return undefined;
    }
    if (bare === undefined) result.lower(cx, 0, value);
    else bare.lowerOk(cx, 0, value);
    return cx.flat[0];
  }

  /** Gives the guest what the host function threw, where it may have it. */
  #threw(target: number, error: unknown): Returned {
    const cx = this.#cx;
    if (this.#witResult === undefined) throw error;
    const payload = payloadOf(error);
    cx.returnLent();
    cx.memory.refresh();
    const { layout } = this.#witResult;
    if (this.#signature.resultInMemory) {
      cx.checkRange(target, layout.size, layout.align, 'the result');
      this.#witResult.storeErr(cx, target, payload);
      return undefined;
    }
    this.#witResult.lowerErr(cx, 0, payload);
    return cx.flat[0];
  }

  #unexpectedPromise(promise: Promise<unknown>): Error {
    promise.catch(() => {});
    return this.#cx.trap('the host function returned a promise, but it is none of those that may wait');
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { readonly then?: unknown }).then === 'function'
  );
}
