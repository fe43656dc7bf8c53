import { type Challenge, parseChallenge } from './challenge.js';
import type { LoginSource, RegistryLogin } from './credentials.js';
import { connectionFailure } from './describe-failure.js';
import type { HttpTransport } from './http-transport.js';
import { readJson } from './read-body.js';
import { RegistryError } from './registry-error.js';

export interface AuthorizerOptions {
  readonly registry: string;
  readonly base: URL;
  readonly logins: LoginSource;
  readonly transport: HttpTransport;
  readonly now?: () => number;
}

interface Token {
  readonly header: string;
  /** In ms of the clock; `undefined` for one that is tried until it is refused. */
  readonly until: number | undefined;
}

type BearerChallenge = Extract<Challenge, { scheme: 'bearer' }>;

/** What a token is good for when its service does not say, in seconds (the distribution specification's default). */
const defaultTokenSeconds = 60;
/** Tokens are larger than other answers, but not by much. */
const mostTokenBytes = 1 << 20;

/** Signs requests to one registry in, in the way that it asks for with its answer 401. */
export class Authorizer {
  readonly #options: AuthorizerOptions;
  readonly #now: () => number;
  /** By what they permit; under the empty text what permits all. */
  readonly #tokens = new Map<string, Token>();
  readonly #asked = new Map<string, Promise<Token>>();

  constructor(options: AuthorizerOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** The header to begin with: none before the registry has asked for one, and when it has expired. */
  async known(scope: string): Promise<string | undefined> {
    const token = this.#tokens.get(scope) ?? this.#tokens.get('');
    return token === undefined || (token.until !== undefined && token.until <= this.#now())
      ? undefined
      : token.header;
  }

  /** The header for the challenge of an answer 401; `undefined` when there is nothing better than `refused`, which was sent. */
  async answer(
    header: string | undefined,
    scope: string,
    refused: string | undefined,
  ): Promise<string | undefined> {
    const challenge = parseChallenge(header);
    if (challenge === undefined) return undefined;
    const login = await this.#options.logins.loginFor(this.#options.registry);
    if (login?.kind === 'bearer') return this.#keep('', `Bearer ${login.token}`, refused);
    if (challenge.scheme === 'basic') {
      return login?.kind === 'basic' ? this.#keep('', basicHeader(login), refused) : undefined;
    }
    const asked = this.#asked.get(scope) ?? this.#askToken(challenge, scope, login);
    this.#asked.set(scope, asked);
    try {
      const token = await asked;
      this.#tokens.set(scope, token);
      return token.header;
    } finally {
      this.#asked.delete(scope);
    }
  }

  #keep(scope: string, header: string, refused: string | undefined): string | undefined {
    if (header === refused) {
      this.#tokens.delete(scope);
      return undefined;
    }
    this.#tokens.set(scope, { header, until: undefined });
    return header;
  }

  async #askToken(
    challenge: BearerChallenge,
    scope: string,
    login: RegistryLogin | undefined,
  ): Promise<Token> {
    const url = this.#realm(challenge);
    const permissions = challenge.scope ?? scope;
    const response = await this.#send(url, { service: challenge.service, scope: permissions }, login);
    const { statusCode: status } = response;
    const answer = await readJson(response, mostTokenBytes).catch(() => undefined);
    if (status !== 200) {
      const who = login?.kind === 'basic' ? ` for the user '${login.username}'` : '';
      throw this.#error(`gives no token${who} (status ${status}): check user and password`, url, status);
    }
    const { token, access_token, expires_in } = (answer ?? {}) as Record<string, unknown>;
    const text = typeof token === 'string' && token !== '' ? token : access_token;
    if (typeof text !== 'string' || !/^[\x21-\x7e]+$/.test(text)) {
      throw this.#error('answers without a token: check that it is the right one', url, status);
    }
    const seconds = typeof expires_in === 'number' && expires_in > 0 ? expires_in : defaultTokenSeconds;
    // Renewed a little early: a request takes a while to arrive.
    return { header: `Bearer ${text}`, until: this.#now() + seconds * 900 };
  }

  /** A password goes over plain HTTP only where the registry itself is reached in that way. */
  #realm({ realm }: BearerChallenge): URL {
    const { registry, base } = this.#options;
    if (URL.canParse(realm)) {
      const url = new URL(realm);
      if (url.protocol === 'https:' || (url.protocol === 'http:' && base.protocol === 'http:')) return url;
    }
    throw new RegistryError(
      `the registry '${registry}' names '${realm}' as its token service, which is no HTTPS address: check its configuration`,
      { code: 'refused', registry },
    );
  }

  async #send(
    realm: URL,
    query: Readonly<Record<string, string | undefined>>,
    login: RegistryLogin | undefined,
  ) {
    const { registry, transport } = this.#options;
    const entries = Object.entries(query).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    try {
      if (login?.kind === 'identity') {
        const form = new URLSearchParams([
          ['grant_type', 'refresh_token'],
          ['client_id', 'wasmlattice'],
          ['refresh_token', login.token],
          ...entries,
        ]);
        return await transport.request(realm, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: Buffer.from(form.toString()),
        });
      }
      const url = new URL(realm);
      for (const [name, value] of entries) url.searchParams.set(name, value);
      const headers = login?.kind === 'basic' ? { authorization: basicHeader(login) } : {};
      return await transport.request(url, { method: 'GET', headers });
    } catch (cause) {
      throw connectionFailure({ registry, url: realm, cause });
    }
  }

  #error(problem: string, url: URL, status: number | undefined): RegistryError {
    const { registry } = this.#options;
    return new RegistryError(`the token service '${url.origin}' of the registry '${registry}' ${problem}`, {
      code: 'unauthorized',
      registry,
      url: `${url.origin}${url.pathname}`,
      status,
    });
  }
}

function basicHeader({ username, password }: Extract<RegistryLogin, { kind: 'basic' }>): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
