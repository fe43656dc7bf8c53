import type { Returned } from './core-arity.js';
import type { LiftLowerContext } from './lift-lower-context.js';
import { toAddress } from './ranges.js';
import type { Signature } from './signature.js';

/** Gives the guest the parameters of a call: in `cx.flat`, or in its memory where they are too many. */
export function lowerParams(
  cx: LiftLowerContext,
  { params, spilled }: Signature,
  values: readonly unknown[],
): void {
  if (spilled === undefined) {
    for (let i = 0; i < params.length; i++) {
      const param = params[i];
      param?.codec.lower(cx, param.place, values[i]);
    }
    return;
  }
  const address = cx.allocate(spilled.align, spilled.size, 'the parameters');
  for (const [i, { codec, place }] of params.entries()) codec.store(cx, address + place, values[i]);
  cx.flat[0] = cx.memory.pointer === 'i32' ? address : BigInt(address);
}

/** What a call gave, from the core value that it returned. */
export function liftResult(
  cx: LiftLowerContext,
  { result, resultInMemory }: Signature,
  returned: Returned,
): unknown {
  if (result === undefined) return undefined;
  cx.enter();
  if (!resultInMemory) {
    cx.flat[0] = returned as number;
    return result.lift(cx, 0);
  }
  const address = toAddress(returned);
  cx.checkRange(address, result.layout.size, result.layout.align, 'the result');
  return result.load(cx, address);
}
