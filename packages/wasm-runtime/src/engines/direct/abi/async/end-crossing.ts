import type { WitType } from '@wasmlattice/rpc';
import type { Crossing } from '../crossing/crossing.js';
import type { LiftLowerContext } from '../lift-lower-context.js';
import { toAddress } from '../ranges.js';
import { takeFutureEnd, takeStreamEnd } from './async-values.js';
import { FutureEnd, StreamEnd } from './copy-end.js';

type Cross = (from: LiftLowerContext, index: number, to: LiftLowerContext) => number;

/** What each side knows the elements as. */
interface ElementTypes {
  readonly from: WitType | undefined;
  readonly to: WitType | undefined;
}

/** The readable end of a stream, which stays what it is. */
export function streamCrossing(element: ElementTypes): Crossing {
  return endCrossing((from, index, to) => {
    const shared = takeStreamEnd(from, index, element.from);
    return to.part.handles.addOther(new StreamEnd('readable', shared, element.to), to.label);
  });
}

/** The readable end of a future, which stays what it is. */
export function futureCrossing(element: ElementTypes): Crossing {
  return endCrossing((from, index, to) => {
    const shared = takeFutureEnd(from, index, element.from);
    return to.part.handles.addOther(new FutureEnd('readable', shared, element.to), to.label);
  });
}

function endCrossing(cross: Cross): Crossing {
  return {
    copy(from, source, to, target) {
      const index = cross(from, from.memory.view.getUint32(source, true), to);
      to.memory.view.setUint32(target, index, true);
    },
    pass(from, source, to, target) {
      to.flat[target] = cross(from, toAddress(from.flat[source]), to);
    },
  };
}
