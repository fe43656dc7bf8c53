import type { WitFunction, WitType } from '@wasmlattice/rpc';
import { childTypes } from '@wasmlattice/wasm-runtime';
import type { World } from './read-world.js';

/** A function that a world imports or exports. */
export interface WorldFunction {
  /** `acme:bank/accounts@1.2.0`; absent for a function of the world itself. */
  readonly interface: string | undefined;
  readonly func: WitFunction;
}

/** All functions that a world imports and exports, methods of its resources among them. */
export function functionsOf({ types }: World): WorldFunction[] {
  const own = [...types.importedFunctions, ...types.exportedFunctions];
  return [
    ...[...types.imports, ...types.exports].flatMap(({ id, functions }) =>
      functions.map((func) => ({ interface: id, func })),
    ),
    ...own.map((func) => ({ interface: undefined, func })),
  ];
}

/** The types that a function takes and gives, each followed by those that it consists of. */
export function* typesOf({ params, result }: WitFunction): Generator<WitType> {
  for (const { type } of params) yield* withParts(type);
  if (result !== undefined) yield* withParts(result);
}

function* withParts(type: WitType): Generator<WitType> {
  yield type;
  for (const part of childTypes(type)) yield* withParts(part);
}
