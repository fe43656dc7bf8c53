import { camelCase, type WitFunction, type WitInterface } from '@wasmlattice/rpc';
import type { HostImport } from '../engine.js';
import type { InstanceContext } from '../host-interface.js';
import { parseInterfaceId } from '../interface-id.js';
import { RpcErrorResource } from '../wasmcloud/bus/index.js';
import { passesHandles } from './passes-handles.js';

/**
 * Why an interface can't be linked as calls to the lattice; `undefined` when it can. Resources have an identity in
 * the instance that made them, which a wRPC call does not carry.
 */
export function latticeObstacle({ functions, resources }: WitInterface): string | undefined {
  if (resources.length > 0) return `it defines resources (${resources.join(', ')})`;
  const func = functions.find((each) => passesHandles(callOf(each).func));
  return func && `function ${func.name} passes resource handles, streams or futures`;
}

/**
 * An imported interface as calls to whatever its link points to (spec wrpc-interfaces §2): the wire instance is the
 * import's id verbatim, the link key the id without version. Values need no conversion: the codec has jco's conventions.
 */
export function bindLatticeCalls(imported: WitInterface, { links, signal }: InstanceContext): HostImport {
  const linkKey = parseInterfaceId(imported.id).name;
  return Object.fromEntries(
    imported.functions.map((declared) => {
      const { func, tellsFailures } = callOf(declared);
      const invoke = (params: readonly unknown[]): Promise<unknown> =>
        links.invoke(linkKey, { instance: imported.id, func, params, signal });
      const told = async (params: readonly unknown[]): Promise<unknown> => {
        try {
          return { tag: 'ok', val: await invoke(params) };
        } catch (error) {
          if (signal.aborted) throw error;
          return { tag: 'err', val: new RpcErrorResource(error) };
        }
      };
      // A WIT result stays data: its ok value may itself look like a result.
      return [
        camelCase(func.name),
        (...params: readonly unknown[]) => (tellsFailures ? told : invoke)(params),
      ];
    }),
  );
}

/**
 * A function as it is on the wire. When its result is `result<T, error>` with the error of `wrpc:rpc`, the peer returns
 * T, and a call that fails is the `err` instead of a trap (spec wrpc §8).
 */
function callOf(func: WitFunction): { readonly func: WitFunction; readonly tellsFailures: boolean } {
  const { result, ...rest } = func;
  if (result?.kind !== 'result' || result.err?.kind !== 'own') return { func, tellsFailures: false };
  const { instance, name } = result.err.resource;
  if (instance !== 'wrpc:rpc/error@0.1.0' || name !== 'error') return { func, tellsFailures: false };
  return { func: result.ok === undefined ? rest : { ...rest, result: result.ok }, tellsFailures: true };
}
