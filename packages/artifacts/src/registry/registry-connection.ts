import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Authorizer } from './authorizer.js';
import type { LoginSource } from './credentials.js';
import { connectionFailure, refusal } from './describe-failure.js';
import type { HttpRequest, HttpTransport } from './http-transport.js';
import { RegistryError } from './registry-error.js';

export interface RegistryConnectionOptions {
  /** Host and port as references name them. */
  readonly registry: string;
  /** Plain HTTP. */
  readonly insecure: boolean;
  readonly logins: LoginSource;
  readonly transport: HttpTransport;
}

export interface RegistryRequest {
  readonly method: HttpRequest['method'];
  /** Path from `/v2/` on, or where the registry said to go. */
  readonly target: string | URL;
  /** What a token must permit, such as `repository:acme/a:pull`. */
  readonly scope: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Made anew for a second attempt; a stream needs `content-length` among the headers. */
  readonly body?: (() => Uint8Array | Readable) | undefined;
  /** Statuses that are no failure; others of the range 200 to 299 are one, too. */
  readonly expected: readonly number[];
  /** What is asked for, in messages: `the manifest of 'ghcr.io/acme/a:1'`. */
  readonly what: string;
}

const redirects = new Set([301, 302, 303, 307, 308]);
const mostRedirects = 5;

/** Where Docker Hub has its registry; its name in references is another. */
const hosts: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io' };

/**
 * Requests to one registry: signed in as it asks, redirects followed. What signs in goes to the registry and to its token service, and never along
 * a redirect to another origin.
 */
export class RegistryConnection {
  readonly registry: string;
  readonly base: URL;
  readonly #transport: HttpTransport;
  readonly #authorizer: Authorizer;

  constructor({ registry, insecure, logins, transport }: RegistryConnectionOptions) {
    this.registry = registry;
    this.base = new URL(`${insecure ? 'http' : 'https'}://${hosts[registry] ?? registry}/`);
    this.#transport = transport;
    this.#authorizer = new Authorizer({ registry, base: this.base, logins, transport });
  }

  /** @throws RegistryError for every answer that was not expected; the body of one that was must be read or destroyed */
  async request(
    request: RegistryRequest,
  ): Promise<{ readonly response: IncomingMessage; readonly url: URL }> {
    let url = new URL(request.target, this.base);
    for (let hop = 0; hop <= mostRedirects; hop += 1) {
      const response = await this.#authorized(url, request);
      const { statusCode: status = 0, headers } = response;
      if (request.expected.includes(status)) return { response, url };
      const follows = redirects.has(status) && (request.method === 'GET' || request.method === 'HEAD');
      if (!follows) throw await refusal({ registry: this.registry, what: request.what, url, response });
      response.resume();
      url = this.#redirected(url, headers.location, request.what);
    }
    throw this.#error(`answers with more than ${mostRedirects} redirects for ${request.what}`, url);
  }

  /** Sends with what signs in, and again with something new when that was refused. */
  async #authorized(url: URL, request: RegistryRequest): Promise<IncomingMessage> {
    // Another origin, where a redirect or an upload leads, learns nothing.
    const isOurs = url.origin === this.base.origin;
    const authorization = isOurs ? await this.#authorizer.known(request.scope) : undefined;
    const response = await this.#send(url, request, authorization);
    if (response.statusCode !== 401 || !isOurs) return response;
    const renewed = await this.#authorizer.answer(
      response.headers['www-authenticate'],
      request.scope,
      authorization,
    );
    if (renewed === undefined) return response;
    response.resume();
    return this.#send(url, request, renewed);
  }

  async #send(
    url: URL,
    request: RegistryRequest,
    authorization: string | undefined,
  ): Promise<IncomingMessage> {
    try {
      return await this.#transport.request(url, {
        method: request.method,
        headers: { ...request.headers, ...(authorization !== undefined && { authorization }) },
        body: request.body?.(),
      });
    } catch (cause) {
      throw connectionFailure({ registry: this.registry, url, cause });
    }
  }

  #redirected(from: URL, location: string | undefined, what: string): URL {
    const to = location === undefined || !URL.canParse(location, from) ? undefined : new URL(location, from);
    if (to === undefined || !/^https?:$/.test(to.protocol)) {
      throw this.#error(`redirects ${what} to nowhere`, from);
    }
    if (from.protocol === 'https:' && to.protocol === 'http:') {
      throw this.#error(
        `redirects ${what} from HTTPS to plain HTTP at '${to.host}', which is not followed`,
        from,
      );
    }
    return to;
  }

  #error(problem: string, url: URL): RegistryError {
    return new RegistryError(`the registry '${this.registry}' ${problem}: check its configuration`, {
      code: 'refused',
      registry: this.registry,
      url: url.href,
    });
  }
}
