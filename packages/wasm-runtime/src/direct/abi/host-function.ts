import { camelCase } from '@wasmlattice/rpc';

/** Where the host has a function, by its name in the binary and jco's conventions. */
export type HostFunctionName =
  | { readonly kind: 'function'; readonly member: string }
  | { readonly kind: 'constructor'; readonly className: string }
  | { readonly kind: 'method'; readonly className: string; readonly member: string }
  | { readonly kind: 'static'; readonly className: string; readonly member: string };

const qualifiedName = /^\[(?<kind>constructor|method|static)\](?<resource>[^.]+)(?:\.(?<member>.+))?$/;

/** `[method]input-stream.blocking-read` → method `blockingRead` of class `InputStream` */
export function parseHostFunction(name: string): HostFunctionName {
  const { kind, resource = '', member = '' } = qualifiedName.exec(name)?.groups ?? {};
  switch (kind) {
    case 'constructor':
      return { kind, className: className(resource) };
    case 'method':
    case 'static':
      return { kind, className: className(resource), member: camelCase(member) };
    default:
      return { kind: 'function', member: camelCase(name) };
  }
}

/** `input-stream` → `InputStream` */
export function className(resource: string): string {
  const camel: string = camelCase(resource);
  return camel.slice(0, 1).toUpperCase() + camel.slice(1);
}
