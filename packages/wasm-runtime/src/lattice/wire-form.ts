import { WholeFuture, type WitFunction, type WitType } from '@wasmlattice/rpc';
import { type Conversion, conversionOf, type Direction } from './conversions.js';
import type { HandleEnds } from './handle-ends.js';
import type { HandleForms } from './handle-forms.js';

/** A function as it is on the wire, and how its values get there. */
export interface WireForm {
  /** Handles are bytes, streams and futures here; the declared function itself when it passes none. */
  readonly func: WitFunction;
  readonly passesHandles: boolean;
  convertParams(params: readonly unknown[], ends: HandleEnds): readonly unknown[];
  convertResult(result: unknown, ends: HandleEnds): unknown;
}

/**
 * @param role whether the guest calls the function (its parameters are given, its result is taken) or serves it
 * @throws NoWireFormError
 */
export function wireFormOf(func: WitFunction, role: 'import' | 'export', forms: HandleForms): WireForm {
  const [paramsWay, resultWay]: Direction[] = role === 'import' ? ['give', 'take'] : ['take', 'give'];
  const params = func.params.map(({ type }) => conversionOf(type, paramsWay as Direction, forms));
  const result = func.result && resultConversion(func.result, resultWay as Direction, forms);
  const passesHandles = [...params, result].some((conversion) => conversion?.convert !== undefined);
  return {
    func: passesHandles ? onWire(func, params, result) : func,
    passesHandles,
    convertParams: (values, ends) =>
      passesHandles
        ? values.map((value, i) => {
            const convert = params[i]?.convert;
            return convert ? convert(value, ends) : value;
          })
        : values,
    convertResult: (value, ends) => (result?.convert ? result.convert(value, ends) : value),
  };
}

/** A future that is all of a result must not be waited for on its way through promises. */
function resultConversion(type: WitType, way: Direction, forms: HandleForms): Conversion {
  const { wire, convert } = conversionOf(type, way, forms);
  if (wire.kind !== 'future' || !convert) return { wire, ...(convert && { convert }) };
  return {
    wire,
    convert:
      way === 'give'
        ? (value, ends) => new WholeFuture(convert(value, ends) as Promise<unknown>)
        : (value, ends) => convert((value as WholeFuture).value, ends),
  };
}

function onWire(
  { name, params }: WitFunction,
  conversions: readonly Conversion[],
  result: Conversion | undefined,
): WitFunction {
  return {
    name,
    params: params.map((param, i) => ({ name: param.name, type: (conversions[i] as Conversion).wire })),
    ...(result && { result: result.wire }),
  };
}
