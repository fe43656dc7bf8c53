import type { Destination } from './allow-list.js';

/** Proxies between this machine and the network; URLs with or without user and password. */
export interface ProxySettings {
  /** For requests over TLS, which go through a tunnel. */
  readonly https?: string | undefined;
  readonly http?: string | undefined;
  /** Hosts that are reached without: names, names with all below them, addresses, each with or without `:port`; or `*`. */
  readonly except?: readonly string[];
}

/** The URL of a proxy can't be used. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
}

/** As curl and others read them: lower case first; `HTTP_PROXY` in capitals may come from the header `Proxy` of a CGI request, which hosts are not. */
export function proxiesFrom(env: Readonly<Record<string, string | undefined>>): ProxySettings {
  const read = (name: string): string | undefined =>
    env[name] || env[name.toUpperCase()] || env.all_proxy || env.ALL_PROXY || undefined;
  const except = env.no_proxy || env.NO_PROXY || '';
  const settings = {
    http: read('http_proxy'),
    https: read('https_proxy'),
    except: except.split(/[\s,]+/).filter((entry) => entry !== ''),
  };
  for (const url of [settings.http, settings.https]) if (url !== undefined) proxyUrl(url);
  return settings;
}

/** @throws ProxyError */
export function proxyUrl(text: string): URL {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new ProxyError(
      `${JSON.stringify(text.replace(/\/\/[^@/]*@/, '//…@'))} is no proxy: expected a URL such as http://proxy.example.org:3128`,
    );
  }
  return url;
}

/** The proxy for a request, if it does not go there directly. */
export function proxyFor(
  { http, https, except = [] }: ProxySettings,
  destination: Destination & { readonly secure: boolean },
): string | undefined {
  const proxy = destination.secure ? https : http;
  if (proxy === undefined || except.some((entry) => isExcepted(entry.toLowerCase(), destination)))
    return undefined;
  return proxy;
}

function isExcepted(entry: string, { host, port }: Destination): boolean {
  if (entry === '*') return true;
  const [, bracketed, name, portText] = /^(?:\[([^\]]+)\]|\*?\.?([^:]+))(?::(\d+))?$/.exec(entry) ?? [
    undefined,
    undefined,
    entry,
  ];
  if (portText !== undefined && Number(portText) !== port) return false;
  const wanted = bracketed ?? name ?? '';
  return host === wanted || host.endsWith(`.${wanted}`);
}
