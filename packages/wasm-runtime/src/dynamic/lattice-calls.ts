import { camelCase, type WitInterface, type WitType } from '@wasmlattice/rpc';
import type { HostImport } from '../engine.js';
import type { InstanceContext } from '../host-interface.js';
import { parseInterfaceId } from '../interface-id.js';

/**
 * Why an interface can't be linked as calls to the lattice; `undefined` when it can. Resources have an identity in
 * the instance that made them, which a wRPC call does not carry.
 */
export function latticeObstacle({ functions, resources }: WitInterface): string | undefined {
  if (resources.length > 0) return `it defines resources (${resources.join(', ')})`;
  const func = functions.find(({ params, result }) =>
    [...params.map(({ type }) => type), ...(result ? [result] : [])].some(mentionsHandle),
  );
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

function mentionsHandle(type: WitType): boolean {
  switch (type.kind) {
    case 'own':
    case 'borrow':
    case 'stream':
    case 'future':
      return true;
    case 'list':
      return mentionsHandle(type.element);
    case 'option':
      return mentionsHandle(type.some);
    case 'result':
      return [type.ok, type.err].some((part) => part !== undefined && mentionsHandle(part));
    case 'tuple':
      return type.items.some(mentionsHandle);
    case 'record':
      return type.fields.some((field) => mentionsHandle(field.type));
    case 'variant':
      return type.cases.some((item) => item.type !== undefined && mentionsHandle(item.type));
    default:
      return false;
  }
}
