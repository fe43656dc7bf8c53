import type { WitType } from '@wasmlattice/rpc';

/** The types directly inside a type. */
export function childTypes(type: WitType): readonly WitType[] {
  switch (type.kind) {
    case 'list':
    case 'fixed-list':
      return [type.element];
    case 'map':
      return [type.key, type.value];
    case 'option':
      return [type.some];
    case 'result':
      return [type.ok, type.err].filter((child) => child !== undefined);
    case 'tuple':
      return type.items;
    case 'record':
      return type.fields.map((field) => field.type);
    case 'variant':
      return type.cases.map((one) => one.type).filter((child) => child !== undefined);
    case 'stream':
      return type.element === undefined ? [] : [type.element];
    case 'future':
      return type.value === undefined ? [] : [type.value];
    default:
      return [];
  }
}
