import { BlockList, isIP, isIPv4 } from 'node:net';
import type { HttpRequestHead } from '@wasmlattice/wasm-runtime/host-functions';

/** Which clients are proxies whose word counts about where a request came from: addresses and networks. */
export type TrustedProxies = readonly string[];

/** Headers in which proxies tell of the client before them. */
const told: ReadonlySet<string> = new Set([
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-real-ip',
]);

/**
 * What a request tells of the way it came is taken from trusted proxies, and taken away from others. The component can rely on
 * `X-Forwarded-For`, whose last address is the client of this server, and on `X-Forwarded-Proto`.
 */
export class ForwardedHeaders {
  readonly #trusted = new BlockList();

  constructor(proxies: TrustedProxies) {
    for (const entry of proxies) {
      const [address = '', prefix] = entry.split('/');
      const family = isIPv4(address) ? 'ipv4' : 'ipv6';
      this.#trusted.addSubnet(
        address,
        prefix === undefined ? (family === 'ipv4' ? 32 : 128) : Number(prefix),
        family,
      );
    }
  }

  isTrusted(client: string): boolean {
    return isIP(client) !== 0 && this.#trusted.check(client, isIPv4(client) ? 'ipv4' : 'ipv6');
  }

  /** @param client the address that the request came from */
  apply(head: HttpRequestHead, client: string): HttpRequestHead {
    const trusted = this.isTrusted(client);
    const headers: string[] = [];
    let proto: string | undefined;
    for (let i = 0; i + 1 < head.headers.length; i += 2) {
      const [name, value] = [head.headers[i] as string, head.headers[i + 1] as string];
      const key = name.toLowerCase();
      if (!trusted && told.has(key)) continue;
      if (key === 'x-forwarded-proto') proto ??= value;
      headers.push(name, value);
    }
    headers.push('x-forwarded-for', client.replace(/^::ffff:(?=\d+\.)/, ''));
    if (proto === undefined) headers.push('x-forwarded-proto', head.scheme);
    const scheme = proto === 'http' || proto === 'https' ? proto : head.scheme;
    return { ...head, scheme, headers };
  }
}
