import type { HttpMethod, HttpScheme } from '@wasmlattice/rpc/interfaces';

/** `wasi:http/types.method`, in jco's conventions, which are those of the wire. */
export type Method = HttpMethod;

/** `wasi:http/types.scheme`, likewise. */
export type Scheme = HttpScheme;

const PLAIN_METHODS: ReadonlyMap<string, Method> = new Map(
  (['get', 'head', 'post', 'put', 'delete', 'connect', 'options', 'trace', 'patch'] as const).map((tag) => [
    tag.toUpperCase(),
    { tag },
  ]),
);

/** `GET` → `{ tag: 'get' }` */
export function methodFromText(text: string): Method {
  return PLAIN_METHODS.get(text) ?? { tag: 'other', val: text };
}

/** Inverse of {@link methodFromText}. */
export function methodToText(method: Method): string {
  return method.tag === 'other' ? method.val : method.tag.toUpperCase();
}

/** `https` → `{ tag: 'HTTPS' }` */
export function schemeFromText(text: string): Scheme {
  switch (text) {
    case 'http':
      return { tag: 'HTTP' };
    case 'https':
      return { tag: 'HTTPS' };
    default:
      return { tag: 'other', val: text };
  }
}

/** Inverse of {@link schemeFromText}. */
export function schemeToText(scheme: Scheme): string {
  return scheme.tag === 'other' ? scheme.val.toLowerCase() : scheme.tag.toLowerCase();
}

/** Printable ASCII without spaces, `#` and what RFC 3986 never allows unescaped; bytes beyond ASCII as hyper does. */
export function isPathWithQuery(text: string): boolean {
  return /^[!$-;=?-[\]_a-z|~"{}\u0080-\uffff]+$/.test(text);
}

/** `host`, `host:port`, `[::1]:80`, with optional user information (RFC 3986 §3.2). */
export function isAuthority(text: string): boolean {
  return /^(?:[\w\-.~!$&'()*+,;=%:]*@)?(?:\[[0-9A-Fa-f:.]+\]|[\w\-.~!$&'()*+,;=%]+)(?::\d{0,5})?$/.test(text);
}

/** RFC 3986 §3.1. */
export function isScheme(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+\-.]*$/.test(text);
}
