import type { WitResource, WitType } from '@wasmlattice/rpc';

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

/** The same type with others directly inside of it. */
export function mapType(
  type: WitType,
  part: (type: WitType) => WitType,
  resource: (resource: WitResource) => WitResource,
): WitType {
  switch (type.kind) {
    case 'list':
    case 'fixed-list':
      return { ...type, element: part(type.element) };
    case 'map':
      return { ...type, key: part(type.key), value: part(type.value) };
    case 'option':
      return { ...type, some: part(type.some) };
    case 'result':
      return { ...type, ...(type.ok && { ok: part(type.ok) }), ...(type.err && { err: part(type.err) }) };
    case 'tuple':
      return { ...type, items: type.items.map(part) };
    case 'record':
      return { ...type, fields: type.fields.map((field) => ({ ...field, type: part(field.type) })) };
    case 'variant':
      return { ...type, cases: type.cases.map((one) => (one.type ? { ...one, type: part(one.type) } : one)) };
    case 'stream':
      return { ...type, ...(type.element && { element: part(type.element) }) };
    case 'future':
      return { ...type, ...(type.value && { value: part(type.value) }) };
    case 'own':
    case 'borrow':
      return { ...type, resource: resource(type.resource) };
    default:
      return type;
  }
}
