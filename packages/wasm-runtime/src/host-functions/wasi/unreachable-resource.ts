import { camelCase, type WitInterface } from '@wasmlattice/rpc';
import { parseQualifiedName } from '../../qualified-name.js';

/** A resource class for the linker, of which this host never hands out an instance. */
export type UnreachableResource = new () => object;

/**
 * A class with the methods that an interface declares of a resource, for one that guests may name but can't get hold of: there are
 * no preopened directories and no sockets. It is made when it is first asked for.
 *
 * @param statics its static functions, in camel case
 */
export function unreachableResource(
  declared: () => WitInterface,
  resource: string,
  statics: Readonly<Record<string, () => never>> = {},
): () => UnreachableResource {
  let made: UnreachableResource | undefined;
  return () => {
    made ??= Object.assign(makeClass(declared(), resource), statics);
    return made;
  };
}

function makeClass({ functions }: WitInterface, resource: string): UnreachableResource {
  class Unreachable {}
  for (const { name } of functions) {
    const func = parseQualifiedName(name);
    if (func.kind !== 'method' || func.resource !== resource) continue;
    Object.defineProperty(Unreachable.prototype, camelCase(func.member), {
      value: () => {
        throw new Error(`${name}: the host hands out no ${resource}`);
      },
    });
  }
  return Unreachable;
}
