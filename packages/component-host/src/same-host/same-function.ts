import type { WitFunction, WitType } from '@wasmlattice/rpc';

/** What was compared already: each guest calls the same few functions again and again. */
const compared = new WeakMap<WitFunction, WeakMap<WitFunction, boolean>>();

/**
 * Whether values of one function's types are, unchanged, values of the other's. Names of fields and cases count, since
 * values carry them; names of parameters do not.
 */
export function sameFunction(a: WitFunction, b: WitFunction): boolean {
  if (a === b) return true;
  let known = compared.get(a);
  if (known === undefined) {
    known = new WeakMap();
    compared.set(a, known);
  }
  const before = known.get(b);
  if (before !== undefined) return before;
  const same =
    a.params.length === b.params.length &&
    a.params.every(({ type }, index) => sameType(type, b.params[index]?.type)) &&
    sameType(a.result, b.result);
  known.set(b, same);
  return same;
}

function sameType(a: WitType | undefined, b: WitType | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a === b) return true;
  return JSON.stringify(a, fieldsOfTypes) === JSON.stringify(b, fieldsOfTypes);
}

/** Members in one order, whoever made the type. */
function fieldsOfTypes(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
