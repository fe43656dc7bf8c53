import { camelCase, type WitFunction } from '@wasmlattice/rpc';
import { className, parseQualifiedName } from '../../../qualified-name.js';
import type { HostImport, HostImports } from '../../engine.js';
import type { AbiInstance } from './abi-instance.js';
import { AbiTrap } from './abi-trap.js';
import type { LiftedFunction } from './lift.js';
import { payloadOf } from './lower.js';
import { isResult } from './results.js';

type Callable = (...args: readonly unknown[]) => unknown;

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
  const host: HostImport | undefined = imports.get(importId);
  const name = parseQualifiedName(func.name);
  const missing = new AbiTrap(`${label}: the host does not have this function`);
  const own = (owner: unknown, key: string): Callable => {
    const found = (owner as Readonly<Record<string, unknown>> | undefined)?.[key];
    if (typeof found !== 'function') throw missing;
    return found as Callable;
  };
  switch (name.kind) {
    case 'function': {
      const target = own(host, camelCase(name.name));
      return (params) => target(...params);
    }
    case 'constructor': {
      const target = own(host, className(name.resource));
      return (params) => Reflect.construct(target, [...params]);
    }
    case 'static': {
      const owner = own(host, className(name.resource));
      const target = own(owner, camelCase(name.member));
      return (params) => target.apply(owner, [...params]);
    }
    case 'method':
      return ([self, ...params]) => own(self, camelCase(name.member)).apply(self, params);
  }
}
