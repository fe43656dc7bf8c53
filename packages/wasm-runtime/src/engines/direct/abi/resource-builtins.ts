import type { WitResource } from '@wasmlattice/rpc';
import type { AbiInstance } from './abi-instance.js';
import type { CoreFunction } from './core-types.js';
import { nameOf } from './handle-table.js';

// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#canon-resourcenew

/** `canon resource.new`, for a resource the component defines. */
export function bindResourceNew(instance: AbiInstance, resource: WitResource): CoreFunction {
  const label = `resource.new of ${nameOf(resource)}`;
  return (rep) => {
    try {
      instance.leave(label);
      return instance.handles.add(resource, rep as number, true, label);
    } catch (error) {
      throw instance.fail(error);
    }
  };
}

/** `canon resource.rep`, for a resource the component defines. */
export function bindResourceRep(instance: AbiInstance, resource: WitResource): CoreFunction {
  const label = `resource.rep of ${nameOf(resource)}`;
  return (index) => {
    try {
      return instance.handles.get((index as number) >>> 0, resource, label).rep as number;
    } catch (error) {
      throw instance.fail(error);
    }
  };
}

/** `canon resource.drop`: a host's object is disposed, a guest's own resource goes through its destructor. */
export function bindResourceDrop(instance: AbiInstance, resource: WitResource): CoreFunction {
  const label = `resource.drop of ${nameOf(resource)}`;
  return (index) => {
    try {
      instance.leave(label);
      const { rep, own } = instance.handles.remove((index as number) >>> 0, resource, label);
      if (!own) instance.borrows--;
      else if (typeof rep === 'number') instance.callDestructor(resource, rep);
      else (rep as Partial<Disposable>)[Symbol.dispose]?.();
      return undefined;
    } catch (error) {
      throw instance.fail(error);
    }
  };
}
