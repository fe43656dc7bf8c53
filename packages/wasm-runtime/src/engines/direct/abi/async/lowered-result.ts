import type { Returned } from '../core-arity.js';
import type { LiftLowerContext } from '../lift-lower-context.js';
import { payloadOf } from '../payload-of.js';
import { toAddress } from '../ranges.js';
import { isResult } from '../results.js';
import type { Signature } from '../signature.js';

/** How the result of an asynchronous function gets to the guest that called it. */
export class LoweredResult {
  readonly #cx: LiftLowerContext;
  readonly #signature: Signature;
  readonly #isInMemory: boolean;

  /** @param isAsync whether the option `async` is there: then a result is always in memory */
  constructor(cx: LiftLowerContext, signature: Signature, isAsync: boolean) {
    this.#cx = cx;
    this.#signature = signature;
    this.#isInMemory = signature.result !== undefined && (isAsync || signature.resultInMemory);
  }

  /** Where the guest wants the result, taken from the arguments of the call under way. */
  get target(): number {
    return this.#isInMemory ? toAddress(this.#cx.flat[this.#signature.flatParams]) : 0;
  }

  /** Gives the guest a value, of a WIT result its `ok` or the whole of it as data. */
  returned(target: number, value: unknown): Returned {
    const { result, witResult } = this.#signature;
    if (result === undefined) return undefined;
    const cx = this.#cx;
    const bare = witResult !== undefined && !isResult(value) ? witResult : undefined;
    if (this.#isInMemory) {
      this.#check(target);
      if (bare === undefined) result.store(cx, target, value);
      else bare.storeOk(cx, target, value);
      return undefined;
    }
    cx.memory.refresh();
    if (bare === undefined) result.lower(cx, 0, value);
    else bare.lowerOk(cx, 0, value);
    return cx.flat[0];
  }

  /** Gives the guest what was thrown. @throws the error itself where the guest can't have it */
  threw(target: number, error: unknown): Returned {
    const { witResult } = this.#signature;
    if (witResult === undefined) throw error;
    const payload = payloadOf(error);
    const cx = this.#cx;
    if (this.#isInMemory) {
      this.#check(target);
      witResult.storeErr(cx, target, payload);
      return undefined;
    }
    cx.memory.refresh();
    witResult.lowerErr(cx, 0, payload);
    return cx.flat[0];
  }

  #check(target: number): void {
    const { size, align } = this.#signature.result?.layout ?? { size: 0, align: 1 };
    this.#cx.memory.refresh();
    this.#cx.checkRange(target, size, align, 'the result');
  }
}
