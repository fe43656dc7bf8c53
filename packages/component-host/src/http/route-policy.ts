import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import { Ending } from '@wasmlattice/wasm-runtime';
import {
  type ByteSource,
  HttpFailure,
  type HttpRequestHead,
  type HttpResponseHead,
} from '@wasmlattice/wasm-runtime/host-functions';
import type { HttpRequestHandler } from '../telemetry/observe-http.js';
import { answerText } from './answer-text.js';
import { CompressingResponder, type Encoding } from './compression.js';
import { type CorsPolicy, corsHeaders, preflightHeaders } from './cors.js';
import type { ServedExchange } from './exchange.js';
import { headerValue } from './header-lines.js';

/** What a route asks of requests and does to responses, besides its component. */
export interface RoutePolicy {
  /** Longest time until a response begins, in ms; then the client gets a 408. */
  readonly timeoutMs?: number | undefined;
  /** Most bytes of the body of a request; beyond them the client gets a 413. */
  readonly maxBodyBytes?: number | undefined;
  /** Only GET and HEAD are taken; others get a 405. */
  readonly isReadOnly?: boolean | undefined;
  /** `Cache-Control` of responses, besides what the component says. */
  readonly cacheControl?: string | undefined;
  /** Absent: requests of other origins are the component's to deal with. */
  readonly cors?: CorsPolicy | undefined;
  /** How responses are compressed for clients that take it; absent: not at all. */
  readonly compression?: readonly Encoding[] | undefined;
  /** Each request is a line of the log. */
  readonly logsAccess?: boolean | undefined;
}

/** A request is ended by a rule of its route: the reason of its exchange's signal. */
export class RoutePolicyError extends Error {
  override readonly name = 'RoutePolicyError';
}

/** The handler itself where the policy asks for nothing. */
export function applyPolicy(
  policy: RoutePolicy,
  handle: HttpRequestHandler,
  logger: Logger = noopLogger,
): HttpRequestHandler {
  const policed = asksForAnything(policy) ? policedHandler(policy, handle) : handle;
  return policy.logsAccess === true ? loggedHandler(policed, logger) : policed;
}

function asksForAnything({ isReadOnly, logsAccess, ...others }: RoutePolicy): boolean {
  return isReadOnly === true || Object.values(others).some((value) => value !== undefined);
}

/** Who asked for what, and how that was answered; what comes after the question mark may be a secret. */
function loggedHandler(handle: HttpRequestHandler, logger: Logger): HttpRequestHandler {
  return async (exchange, source) => {
    const startedAt = performance.now();
    try {
      return await handle(exchange, source);
    } finally {
      const { method, authority, pathWithQuery } = exchange.request;
      logger.info('answered an HTTP request', {
        client: exchange.client,
        method,
        host: authority,
        path: pathWithQuery.split('?', 1)[0],
        status: exchange.isDisconnected ? 'client left' : (exchange.responder.status ?? 500),
        ms: Math.round((performance.now() - startedAt) * 10) / 10,
      });
    }
  };
}

function policedHandler(policy: RoutePolicy, handle: HttpRequestHandler): HttpRequestHandler {
  const { maxBodyBytes, isReadOnly, cors } = policy;
  return async (exchange, source) => {
    const { method, headers } = exchange.request;
    const preflight = cors && preflightHeaders(cors, method, headers);
    if (preflight !== undefined) {
      exchange.responder.start({ status: 200, headers: preflight });
      exchange.responder.finish();
      return undefined;
    }
    if (isReadOnly && method !== 'GET' && method !== 'HEAD') {
      answerText(exchange, 405, 'only GET and HEAD are allowed here\n', ['allow', 'GET, HEAD']);
      return undefined;
    }
    if (maxBodyBytes !== undefined && lengthOf(headers) > maxBodyBytes) {
      answerText(exchange, 413, tooLarge(maxBodyBytes));
      return undefined;
    }
    const bounded = new PolicedExchange(exchange, policy);
    try {
      const outcome = await handle(bounded, source);
      await bounded.settled();
      return outcome;
    } finally {
      bounded.close();
    }
  };
}

/** An exchange as the component of the route sees it. */
class PolicedExchange implements ServedExchange {
  readonly request: HttpRequestHead;
  readonly body: ByteSource;
  readonly responder: ServedExchange['responder'];
  readonly signal: Ending = new Ending();
  readonly #inner: ServedExchange;
  readonly #compressing: CompressingResponder | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #forward: () => void;

  constructor(inner: ServedExchange, policy: RoutePolicy) {
    const { timeoutMs, maxBodyBytes, cacheControl, cors, compression } = policy;
    this.#inner = inner;
    this.request = inner.request;
    this.#forward = () => this.signal.end(inner.signal.reason);
    if (inner.signal.aborted) this.#forward();
    else inner.signal.addEventListener('abort', this.#forward, { once: true });
    this.body =
      maxBodyBytes === undefined
        ? inner.body
        : new BoundedBody(inner.body, maxBodyBytes, () => this.#give(413, tooLarge(maxBodyBytes)));
    this.#compressing = compression && new CompressingResponder(inner.responder, inner.request, compression);
    this.responder = respondThrough(this.#compressing ?? inner.responder, {
      onStart: () => clearTimeout(this.#timer),
      headers: [
        ...(cacheControl === undefined ? [] : ['cache-control', cacheControl]),
        ...(cors === undefined ? [] : corsHeaders(cors, inner.request.headers)),
      ],
    });
    if (timeoutMs !== undefined) {
      this.#timer = setTimeout(
        () => this.#give(408, `no response began within ${timeoutMs} ms\n`),
        timeoutMs,
      );
    }
  }

  get client(): string | undefined {
    return this.#inner.client;
  }

  get isDisconnected(): boolean {
    return this.#inner.isDisconnected;
  }

  trailers(): ReturnType<ServedExchange['trailers']> {
    return this.#inner.trailers();
  }

  /** Resolves once what the component has finished is on its way. */
  async settled(): Promise<void> {
    await this.#compressing?.settled();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#inner.signal.removeEventListener('abort', this.#forward);
  }

  /** The client is told while it can be; the guest ends. */
  #give(status: number, text: string): void {
    this.#inner.responder.fail(status, text);
    this.signal.end(new RoutePolicyError(text.trimEnd()));
  }
}

function respondThrough(
  inner: ServedExchange['responder'],
  { onStart, headers }: { readonly onStart: () => void; readonly headers: readonly string[] },
): ServedExchange['responder'] {
  return {
    get status() {
      return inner.status;
    },
    start(head: HttpResponseHead) {
      onStart();
      return inner.start(headers.length === 0 ? head : { ...head, headers: [...head.headers, ...headers] });
    },
    finish: (trailers) => inner.finish(trailers),
    fail(status, text, cause) {
      onStart();
      inner.fail(status, text, cause);
    },
  };
}

/** A body that fails when it turns out longer than it may be. */
class BoundedBody implements ByteSource {
  readonly #inner: ByteSource;
  readonly #max: number;
  readonly #onExceeded: () => void;
  #read = 0;

  constructor(inner: ByteSource, max: number, onExceeded: () => void) {
    this.#inner = inner;
    this.#max = max;
    this.#onExceeded = onExceeded;
  }

  read(max: number): Uint8Array | undefined {
    const bytes = this.#inner.read(max);
    this.#read += bytes?.length ?? 0;
    if (this.#read <= this.#max) return bytes;
    this.#onExceeded();
    throw new HttpFailure(
      { tag: 'HTTP-request-body-size', val: undefined },
      `the body of the request is longer than ${this.#max} bytes`,
    );
  }

  isReady(): boolean {
    return this.#inner.isReady();
  }

  ready(): Promise<void> {
    return this.#inner.ready();
  }

  cancel(): void {
    this.#inner.cancel();
  }
}

function tooLarge(maxBodyBytes: number): string {
  return `the body of a request may have ${maxBodyBytes} bytes here\n`;
}

/** By its content-length; 0 where it says none. */
function lengthOf(headers: readonly string[]): number {
  return Number(headerValue(headers, 'content-length') ?? 0);
}
