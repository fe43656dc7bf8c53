import type { WitFunction, WitInterface } from '@wasmlattice/rpc';
import { parseInterfaceId } from '@wasmlattice/wasm-runtime';
import type { HostFunction, HostImport } from '@wasmlattice/wasm-runtime/engines';

/** Functions that wait for a clock. */
const waits: ReadonlySet<string> = new Set([
  'subscribe-instant',
  'subscribe-duration',
  'wait-until',
  'wait-for',
]);

/** Stands in front of functions of clocks and randomness. */
export interface AmbientGuard {
  /**
   * Gives the value of a function in place of it.
   *
   * @param name `wasi:clocks/wall-clock.now`
   * @param params of the call
   * @param ask asks the function itself
   */
  value(name: string, func: WitFunction, params: readonly unknown[], ask: () => unknown): unknown;
  /** The parameters with which a function that waits is called; by default its own. */
  wait?(func: string, params: readonly unknown[]): readonly unknown[];
}

/** An import with the guard in front of it, if it is of clocks or of randomness; else itself. */
export function guardAmbient(declared: WitInterface, bound: HostImport, guard: AmbientGuard): HostImport {
  const id = declared.implements ?? declared.id;
  if (!/^wasi:(?:clocks|random)\//.test(id)) return bound;
  const { name } = parseInterfaceId(id);
  const functions = new Map(declared.functions.map((func) => [func.name, func]));
  return {
    func(member) {
      const inner = bound.func(member);
      const func = functions.get(member);
      if (inner === undefined || func === undefined) return inner;
      return waits.has(member)
        ? (...params) => inner(...(guard.wait?.(member, params) ?? params))
        : valueFunction(inner, (params, ask) => guard.value(`${name}.${member}`, func, params, ask));
    },
    resource: (member) => bound.resource(member),
  };
}

function valueFunction(
  inner: HostFunction,
  value: (params: readonly unknown[], ask: () => unknown) => unknown,
): HostFunction {
  return (...params) => value(params, () => inner(...params));
}
