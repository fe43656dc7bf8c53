import type { WitFunction, WitType } from '../types.js';

/** The first type in a function's parameters and result that has no form in JSON: a resource, a stream, a future. */
export function typeWithoutJson({
  params,
  result,
}: Pick<WitFunction, 'params' | 'result'>): WitType | undefined {
  return firstOf([...params.map(({ type }) => type), result]);
}

function firstOf(types: readonly (WitType | undefined)[]): WitType | undefined {
  for (const type of types) {
    const found = type && within(type);
    if (found !== undefined) return found;
  }
  return undefined;
}

function within(type: WitType): WitType | undefined {
  switch (type.kind) {
    case 'own':
    case 'borrow':
    case 'stream':
    case 'future':
    case 'error-context':
      return type;
    case 'list':
    case 'fixed-list':
      return within(type.element);
    case 'map':
      return firstOf([type.key, type.value]);
    case 'option':
      return within(type.some);
    case 'result':
      return firstOf([type.ok, type.err]);
    case 'tuple':
      return firstOf(type.items);
    case 'record':
      return firstOf(type.fields.map((field) => field.type));
    case 'variant':
      return firstOf(type.cases.map((one) => one.type));
    default:
      return undefined;
  }
}
