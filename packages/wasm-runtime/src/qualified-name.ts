import { camelCase } from '@wasmlattice/rpc';

/** A function's name in a component's binary, taken apart: `[method]pollable.block`, `[constructor]fields`, `poll`. */
export type QualifiedName =
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'constructor'; readonly resource: string }
  | { readonly kind: 'method' | 'static'; readonly resource: string; readonly member: string };

const pattern = /^\[(?<kind>constructor|method|static)\](?<resource>[^.]+)(?:\.(?<member>.+))?$/;

export function parseQualifiedName(name: string): QualifiedName {
  const { kind, resource = '', member = '' } = pattern.exec(name)?.groups ?? {};
  switch (kind) {
    case 'constructor':
      return { kind, resource };
    case 'method':
    case 'static':
      return { kind, resource, member };
    default:
      return { kind: 'function', name };
  }
}

/** A resource's class in jco's conventions: `input-stream` → `InputStream`. */
export function className(resource: string): string {
  const camel = camelCase(resource);
  return camel.slice(0, 1).toUpperCase() + camel.slice(1);
}
