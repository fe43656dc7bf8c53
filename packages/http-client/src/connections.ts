import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { RequestTarget } from './destination.js';
import { guardedLookup } from './guarded-lookup.js';
import type { ClientPolicy } from './policy.js';
import { type ProxySettings, proxyFor, proxyUrl } from './proxies.js';
import type { Trust } from './trust.js';

/** How one request reaches its server: what `http.request` needs besides the request itself. */
export interface Route {
  readonly secure: boolean;
  readonly options: {
    readonly agent: HttpAgent;
    readonly host: string;
    readonly port: number;
    readonly lookup?: ReturnType<typeof guardedLookup>;
    readonly servername?: string;
  };
  /** Before the path of the request, where a proxy is to know its server. */
  readonly pathPrefix: string;
  /** Header lines for a proxy. */
  readonly headers: readonly string[];
}

/**
 * Connections that a client may have, each in one thread. One that is idle as long as upstream keeps them, in ms, is closed; at an origin
 * that has them all in use a request waits, as part of its connect timeout.
 */
const pool = {
  keepAlive: true,
  maxSockets: 256,
  maxTotalSockets: 1_024,
  maxFreeSockets: 32,
  timeout: 90_000,
};

/**
 * The connections of one component. Components share none: what a server knows of a connection (who logged in there) stays with who
 * made it, and each was opened under the component's own policy.
 */
export class Connections {
  readonly #policy: ClientPolicy;
  readonly #proxies: ProxySettings;
  readonly #trust: Trust;
  readonly #agents = new Map<string, HttpAgent>();

  constructor(options: {
    readonly policy: ClientPolicy;
    readonly proxies: ProxySettings;
    readonly trust: Trust;
  }) {
    this.#policy = options.policy;
    this.#proxies = options.proxies;
    this.#trust = options.trust;
  }

  /**
   * @param isFresh whether the connection must not be one that was used before
   * @throws DeniedError
   */
  routeTo(target: RequestTarget, isFresh: boolean): Route {
    this.#policy.checkHost(target);
    const proxy = proxyFor(this.#proxies, target);
    if (proxy === undefined) return this.#direct(target, isFresh);
    return target.secure ? this.#tunnelled(target, proxy, isFresh) : this.#forwarded(target, proxy, isFresh);
  }

  /** Ends connections that no request uses, and the others with their request. */
  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  #direct({ host, port, secure }: RequestTarget, isFresh: boolean): Route {
    const lookup = guardedLookup(this.#policy, port);
    return {
      secure,
      options: { agent: this.#agent(secure ? 'https' : 'http', isFresh), host, port, lookup },
      pathPrefix: '',
      headers: [],
    };
  }

  /** The proxy resolves the name, and decides by itself what it leads to. */
  #tunnelled({ host, port }: RequestTarget, proxy: string, isFresh: boolean): Route {
    return {
      secure: true,
      options: { agent: this.#agent(`tunnel ${proxyUrl(proxy).href}`, isFresh), host, port },
      pathPrefix: '',
      headers: [],
    };
  }

  #forwarded({ authority }: RequestTarget, proxy: string, isFresh: boolean): Route {
    const { protocol, hostname, port, username, password } = proxyUrl(proxy);
    const secure = protocol === 'https:';
    const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
    return {
      secure,
      options: {
        agent: this.#agent(`${secure ? 'https' : 'http'} proxy`, isFresh),
        host: hostname.replace(/^\[|\]$/g, ''),
        port: Number(port) || (secure ? 443 : 80),
      },
      pathPrefix: `http://${authority}`,
      headers: username === '' ? [] : ['Proxy-Authorization', `Basic ${login.toString('base64')}`],
    };
  }

  #agent(kind: string, isFresh: boolean): HttpAgent {
    if (isFresh) return this.#makeAgent(kind, { keepAlive: false });
    let agent = this.#agents.get(kind);
    if (agent === undefined) {
      agent = this.#makeAgent(kind, pool);
      this.#agents.set(kind, agent);
    }
    return agent;
  }

  #makeAgent(kind: string, options: { readonly keepAlive: boolean }): HttpAgent {
    if (kind.startsWith('http ') || kind === 'http') return new HttpAgent(options);
    const { context } = this.#trust;
    const [, proxy] = kind.startsWith('tunnel ') ? kind.split(' ') : [];
    return new HttpsAgent({
      ...options,
      ...(context && { secureContext: context }),
      ...(proxy !== undefined && { proxyEnv: { HTTPS_PROXY: proxy } }),
    });
  }
}
