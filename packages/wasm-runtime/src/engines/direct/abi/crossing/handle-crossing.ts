import type { WitResource } from '@wasmlattice/rpc';
import { nameOf } from '../handle-table.js';
import type { LiftLowerContext } from '../lift-lower-context.js';
import { toAddress } from '../ranges.js';
import type { Crossing } from './crossing.js';

// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#lifting-and-lowering-resources

/** What each side knows a resource type as. */
interface HandleTypes {
  readonly from: WitResource;
  readonly to: WitResource;
}

/** A resource that changes hands. */
export function ownCrossing(types: HandleTypes): Crossing {
  return handleCrossing((from, index, to) => {
    const { rep, own } = from.part.handles.remove(index, types.from, from.label);
    if (!own) {
      throw from.trap(`handle ${index} (${nameOf(types.from)}) is only borrowed and can't be given away`);
    }
    return to.part.handles.add(types.to, rep, true, to.label);
  });
}

/** A resource lent for the time of one call. */
export function borrowCrossing(types: HandleTypes): Crossing {
  return handleCrossing((from, index, to) => {
    const handle = from.part.handles.get(index, types.from, from.label);
    handle.lends++;
    from.lent?.push(handle);
    const { rep } = handle;
    if (to.part.defines(types.to)) return rep as number;
    return to.part.handles.lend(types.to, rep, to.part.tasks.thread.task, to.label);
  });
}

function handleCrossing(
  cross: (from: LiftLowerContext, index: number, to: LiftLowerContext) => number,
): Crossing {
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
