import type { WitFunction } from '@wasmlattice/rpc';
import { parseQualifiedName } from '../../../qualified-name.js';
import type { HostImports } from '../../engine.js';
import type { AbiInstance } from './abi-instance.js';
import { AbiTrap } from './abi-trap.js';
import type { LiftedFunction } from './lift.js';
import { payloadOf } from './payload-of.js';
import { isResult } from './results.js';

/**
 * An import that a component exports as it is: the host calls itself, and no code of the guest runs.
 *
 * @param importId verbatim id of the interface, `''` for a world-level function
 */
export function bindReexport(instance: AbiInstance, func: WitFunction, importId: string): LiftedFunction {
  const returnsResult = func.result?.kind === 'result';
  return async (params) => {
    const label = `import ${importId === '' ? func.name : `${importId} ${func.name}`}`;
    const call = lookUp(instance.imports, func, importId, label);
    try {
      const value = await call(params);
      return returnsResult && !isResult(value) ? { tag: 'ok', val: value } : value;
    } catch (error) {
      if (!returnsResult) throw error;
      return { tag: 'err', val: payloadOf(error) };
    }
  };
}

function lookUp(
  imports: HostImports,
  func: WitFunction,
  importId: string,
  label: string,
): (params: readonly unknown[]) => unknown {
  const target = imports.get(importId)?.func(func.name);
  if (target === undefined) throw new AbiTrap(`${label}: the host does not have this function`);
  switch (parseQualifiedName(func.name).kind) {
    case 'function':
    case 'static':
      return (params) => target(...params);
    case 'constructor':
      return (params) => Reflect.construct(target, [...params]);
    case 'method':
      return ([self, ...params]) => target.apply(self, params);
  }
}
