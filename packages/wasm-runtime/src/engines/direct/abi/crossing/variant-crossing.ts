import { VariantCore } from '../variants.js';
import type { Side } from './compile-crossing.js';
import type { Crossing } from './crossing.js';

/** @param kind for messages */
export function variantCrossing(kind: string, cases: readonly (Side | undefined)[]): Crossing {
  const from = new VariantCore(
    kind,
    cases.map((side) => side?.from),
  );
  const to = new VariantCore(
    kind,
    cases.map((side) => side?.to),
  );
  return {
    copy(fromCx, source, toCx, target) {
      const index = from.loadIndex(fromCx, source);
      to.storeIndex(toCx, target, index);
      cases[index]?.crossing.copy(
        fromCx,
        source + from.layout.payloadOffset,
        toCx,
        target + to.layout.payloadOffset,
      );
    },
    pass(fromCx, source, toCx, target) {
      const index = from.liftIndex(fromCx, source);
      toCx.flat[target] = index;
      from.narrow(fromCx, source, index);
      cases[index]?.crossing.pass(fromCx, source + 1, toCx, target + 1);
      to.widen(toCx, target, index);
    },
  };
}
