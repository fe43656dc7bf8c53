import { err, ok, type Result } from '@wasmlattice/rpc';
import type {
  HttpErrorCode,
  HttpRequest,
  HttpRequestOptions,
  HttpResponse,
} from '@wasmlattice/rpc/interfaces';
import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import { Connections } from './connections.js';
import { type RequestTarget, targetOf } from './destination.js';
import { beginExchange, type Exchange } from './exchange.js';
import { failureOf } from './failures.js';
import { findField, toHeaderLines } from './fields.js';
import { ClientPolicy, DeniedError, type NamedList } from './policy.js';
import type { ProxySettings } from './proxies.js';
import { OutgoingRequestBody } from './request-body.js';
import { responseOf } from './response.js';
import { Trust } from './trust.js';

export interface HttpClientOptions {
  /** Where requests may go: where all of them allow it. */
  readonly allow: readonly NamedList[];
  readonly proxies?: ProxySettings;
  /** Shared by the clients of a thread. */
  readonly trust?: Trust;
  /** For requests without one. */
  readonly userAgent?: string | undefined;
  readonly logger?: Logger;
}

export interface HandleOptions {
  readonly signal?: AbortSignal | undefined;
  /** Trace context of the caller, for requests that have none of their own. */
  readonly traceparent?: string | undefined;
  /** Told, before the response is there, of the promise that resolves when the body is sent or given up. */
  readonly onBody?: (sent: Promise<void>) => void;
}

/** For what a caller leaves unset: upstream's 600 s (docs/spec/component-runtime.md#10). */
const defaultTimeout = 600_000_000_000n;

/** Hosts whose denial is logged as a warning once each; a guest may make up any number. */
const rememberedHosts = 100;

/**
 * Sends requests as `wrpc:http/outgoing-handler` has them. Every failure is an error-code; redirects, cookies, compression and retries
 * are the caller's business, but for a request that an idle connection lost before its server saw it.
 */
export class HttpClient {
  readonly #connections: Connections;
  readonly #userAgent: string | undefined;
  readonly #logger: Logger;
  readonly #deniedHosts = new Set<string>();

  /** @throws AllowListError */
  constructor(options: HttpClientOptions) {
    const { allow, proxies = {}, trust = new Trust(), logger = noopLogger } = options;
    this.#connections = new Connections({ policy: new ClientPolicy(allow), proxies, trust });
    this.#userAgent = options.userAgent;
    this.#logger = logger;
  }

  /**
   * Resolves as soon as the head of the response is there.
   *
   * @throws the reason of the signal
   */
  async handle(
    request: HttpRequest,
    timeouts?: HttpRequestOptions,
    options: HandleOptions = {},
  ): Promise<Result<HttpResponse, HttpErrorCode>> {
    let body: OutgoingRequestBody | undefined;
    try {
      body = await OutgoingRequestBody.open(request);
      return ok(await this.#send(request, body, timeouts, options));
    } catch (cause) {
      await body?.release();
      options.signal?.throwIfAborted();
      const failure = failureOf(cause);
      this.#log(request, cause);
      return err(failure.code);
    }
  }

  /** Ends all connections, and with them the requests that use them. */
  close(): void {
    this.#connections.close();
  }

  async #send(
    request: HttpRequest,
    body: OutgoingRequestBody,
    timeouts: HttpRequestOptions | undefined,
    options: HandleOptions,
  ): Promise<HttpResponse> {
    const target = targetOf(request);
    const attempt = (isFresh: boolean): Exchange =>
      beginExchange({
        route: this.#connections.routeTo(target, isFresh),
        method: request.method,
        path: request.pathWithQuery || '/',
        headers: [...this.#headers(request, target, options), ...body.headers],
        connectMs: toMs(timeouts?.connectTimeout),
        firstByteMs: toMs(timeouts?.firstByteTimeout),
        signal: options.signal,
      });
    const first = attempt(false);
    const sent = body.sendTo(first.request);
    options.onBody?.(sent);
    try {
      return responseOf(await first.response);
    } catch (cause) {
      if (!body.mayRepeat || !wasLost(first, cause)) throw cause;
      const second = attempt(true);
      second.request.end();
      return responseOf(await second.response);
    }
  }

  #headers(request: HttpRequest, { authority }: RequestTarget, { traceparent }: HandleOptions): string[] {
    const lines = ['Host', authority, ...toHeaderLines(request.headers)];
    const lacks = (name: string): boolean => findField(request.headers, name) === undefined;
    if (this.#userAgent !== undefined && lacks('user-agent')) lines.push('User-Agent', this.#userAgent);
    if (traceparent !== undefined && lacks('traceparent')) lines.push('Traceparent', traceparent);
    return lines;
  }

  #log({ authority = '' }: HttpRequest, cause: unknown): void {
    if (!(cause instanceof DeniedError)) {
      this.#logger.debug('a request of a component failed', { authority, error: cause });
      return;
    }
    const isNew = !this.#deniedHosts.has(authority) && this.#deniedHosts.size < rememberedHosts;
    if (isNew) this.#deniedHosts.add(authority);
    this.#logger[isNew ? 'warn' : 'debug']('a request of a component was denied', { reason: cause.message });
  }
}

/** A connection that waited for its next request was closed by the server meanwhile, which saw nothing of it. */
function wasLost({ request }: Exchange, cause: unknown): boolean {
  const code = (cause as { readonly code?: unknown } | undefined)?.code;
  return request.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE');
}

function toMs(nanoseconds: bigint = defaultTimeout): number {
  return Math.ceil(Number(nanoseconds) / 1e6);
}
