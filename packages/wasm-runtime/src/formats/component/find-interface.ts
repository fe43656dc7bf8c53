import type { WitFunction, WitInterface } from '@wasmlattice/rpc';

/**
 * The interface called `name`: with a version (`wasi:http/types@0.2.3`) exactly that one, without
 * (`wasi:http/types`) the first in any version.
 */
export function findInterface(interfaces: readonly WitInterface[], name: string): WitInterface | undefined {
  return (
    interfaces.find((candidate) => candidate.id === name) ??
    interfaces.find((candidate) => candidate.id.startsWith(`${name}@`))
  );
}

/** The function named as in the binary: `[method]input-stream.read`. */
export function findFunction(functions: readonly WitFunction[], name: string): WitFunction | undefined {
  return functions.find((candidate) => candidate.name === name);
}
