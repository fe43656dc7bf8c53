/** `127.0.0.1:8080` or `[::1]:8080`, as settings allow it, in its parts. */
export function splitSocketAddress(text: string): { readonly host: string; readonly port: number } {
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(text.slice(colon + 1)) };
}
