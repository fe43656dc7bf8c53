/** A resource class for the linker, of which this host never hands out an instance. */
export type UnreachableResource = new () => object;

/**
 * A class with the given methods (camel case), for a resource that guests may name but can't get hold of: there are no
 * preopened directories and no sockets.
 */
export function unreachableResource(name: string, methods: readonly string[]): UnreachableResource {
  const type = { [name]: class {} }[name] as UnreachableResource;
  for (const method of methods) {
    Object.defineProperty(type.prototype, method, {
      value: () => {
        throw new Error(`${name}.${method}: the host hands out no ${name}`);
      },
    });
  }
  return type;
}
