import { camelCase, type WitInterface } from '@wasmlattice/rpc';
import type { HostImport } from '../engine.js';
import type { InstanceContext } from '../host-interface.js';
import { parseInterfaceId } from '../interface-id.js';
import { passesHandles } from './passes-handles.js';

/**
 * Why an interface can't be linked as calls to the lattice; `undefined` when it can. Resources have an identity in
 * the instance that made them, which a wRPC call does not carry.
 */
export function latticeObstacle({ functions, resources }: WitInterface): string | undefined {
  if (resources.length > 0) return `it defines resources (${resources.join(', ')})`;
  const func = functions.find(passesHandles);
  return func && `function ${func.name} passes resource handles, streams or futures`;
}

/**
 * An imported interface as calls to whatever its link points to (spec wrpc-interfaces §2): the wire instance is the
 * import's id verbatim, the link key the id without version. Values need no conversion: the codec has jco's conventions.
 */
export function bindLatticeCalls(imported: WitInterface, { links, signal }: InstanceContext): HostImport {
  const linkKey = parseInterfaceId(imported.id).name;
  return Object.fromEntries(
    imported.functions.map((func) => [
      camelCase(func.name),
      (...params: readonly unknown[]) =>
        // A WIT result stays data: its ok value may itself look like a result.
        links.invoke(linkKey, { instance: imported.id, func, params, signal }),
    ]),
  );
}
