/** `wasi:http/types.method` */
export type Method = { readonly tag: PlainMethod } | { readonly tag: 'other'; readonly val: string };

type PlainMethod = 'get' | 'head' | 'post' | 'put' | 'delete' | 'connect' | 'options' | 'trace' | 'patch';

/** `wasi:http/types.scheme` */
export type Scheme = { readonly tag: 'HTTP' | 'HTTPS' } | { readonly tag: 'other'; readonly val: string };

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
