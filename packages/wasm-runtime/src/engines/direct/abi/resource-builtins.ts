import type { WitResource } from '@wasmlattice/rpc';
import type { AbiPart } from './abi-part.js';
import type { CoreFunction } from './core-types.js';
import { type BorrowScope, nameOf } from './handle-table.js';

// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#canon-resourcenew

/** `canon resource.new`, for a resource the component defines. */
export function bindResourceNew(part: AbiPart, resource: WitResource): CoreFunction {
  const label = `resource.new of ${nameOf(resource)}`;
  return (rep) => {
    try {
      part.leave(label);
      return part.handles.add(resource, rep as number, true, label);
    } catch (error) {
      throw part.instance.fail(error);
    }
  };
}

/** `canon resource.rep`, for a resource the component defines. */
export function bindResourceRep(part: AbiPart, resource: WitResource): CoreFunction {
  const label = `resource.rep of ${nameOf(resource)}`;
  return (index) => {
    try {
      return part.handles.get((index as number) >>> 0, resource, label).rep as number;
    } catch (error) {
      throw part.instance.fail(error);
    }
  };
}

/** `canon resource.drop`: a host's object is disposed, a guest's own resource goes through its destructor. */
export function bindResourceDrop(part: AbiPart, resource: WitResource): CoreFunction {
  const label = `resource.drop of ${nameOf(resource)}`;
  return (index) => {
    try {
      part.leave(label);
      const { rep, own, scope } = part.handles.remove((index as number) >>> 0, resource, label);
      if (!own) (scope as BorrowScope).borrows--;
      else if (typeof rep === 'number') part.instance.callDestructor(resource, rep, part);
      else (rep as Partial<Disposable>)[Symbol.dispose]?.();
      return undefined;
    } catch (error) {
      throw part.instance.fail(error);
    }
  };
}
