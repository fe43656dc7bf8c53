import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Logger, Meter } from '@wasmlattice/telemetry';
import { noopLogger } from '@wasmlattice/telemetry';
import type { HttpConnection } from './connection.js';
import { HttpConnections } from './connections.js';
import { type ExchangeContext, type ServedExchange, ServerExchange } from './exchange.js';
import { ForwardedHeaders, type TrustedProxies } from './forwarded.js';
import { H2Sessions } from './h2/h2-sessions.js';
import type { TlsMaterial } from './listener-options.js';
import {
  isAfterTheLast,
  isEarlyEnd,
  isParseFailure,
  type ParseFailure,
  refusedBody,
  refusedHead,
} from './parse-failure.js';
import { type Refusal, RefusedRequestError } from './refusal.js';
import { RefusalLog } from './refusal-log.js';
import type { ServerResponder } from './responder.js';

export interface HttpListenerOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Lets several threads listen on one address; the kernel spreads connections. Default false. */
  readonly reusePort?: boolean;
  /** Absent: without TLS. */
  readonly tls?: TlsMaterial | undefined;
  /** Proxies whose word on where a request came from counts; absent: see `HeadContext`. */
  readonly trustedProxies?: TrustedProxies | undefined;
  /** Whether a connection may serve several requests. Default true. */
  readonly keepsConnections?: boolean;
  /**
   * Answers one request. The exchange is over when the promise settles; a response that is not complete by then is
   * aborted, a rejection without a response becomes a 500.
   */
  handle(exchange: ServedExchange): Promise<unknown>;
  readonly logger?: Logger;
  /** Counts the requests that the listener refuses by itself; nobody by default. */
  readonly meter?: Meter;
  readonly tunables?: Partial<HttpTunables>;
}

export interface HttpTunables {
  /** Longest head of a request in bytes; beyond it the client gets a 431. */
  readonly maxHeadBytes: number;
  /** Most headers of a request; beyond it the client gets a 431. */
  readonly maxHeaders: number;
  /** How long a client may take to send a head, in ms; then it gets a 408. */
  readonly headTimeoutMs: number;
  /** How long an idle connection is kept, in ms. */
  readonly keepAliveMs: number;
  /** How long a client may go on sending what nobody reads any more, in ms. */
  readonly lingerMs: number;
  /** How long a connection without a request may still bring one when the listener closes, in ms. */
  readonly drainIdleMs: number;
}

const DEFAULTS: HttpTunables = {
  maxHeadBytes: 64 * 1024,
  // Node makes an object of them, which took 1.1 ms for 2,700; requests have some dozens.
  maxHeaders: 256,
  headTimeoutMs: 60_000,
  // Longer than the usual 60 s of load balancers: the side that reuses connections should be the one that closes.
  keepAliveMs: 65_000,
  lingerMs: 5_000,
  // A client across the world sends its next request a round trip after the answer to the one before.
  drainIdleMs: 500,
};

/** How many times a head's time is looked at before it is over. */
const CHECKS_OF_A_HEAD = 10;

export interface HttpListener {
  readonly address: { readonly host: string; readonly port: number };
  /** Another certificate for connections from now on; for a listener that has one. */
  setTls(tls: TlsMaterial): void;
  /**
   * Takes the connections that wait to be accepted and then no further ones, answers what was and what still is
   * requested on them, each time as the last answer of its connection, and closes. After `graceMs` (default: no limit)
   * what is left is cut off. A second call waits for the same end.
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/** The address can't be listened on. `code` is the system's: `EADDRINUSE`, `EACCES`, … */
export class HttpListenError extends Error {
  override readonly name = 'HttpListenError';
  readonly code: string;

  constructor(host: string, port: number, cause: NodeJS.ErrnoException) {
    const code = cause.code ?? 'UNKNOWN';
    super(`can't listen for HTTP on ${formatAddress(host, port)}: ${ADVICE[code] ?? cause.message}`, {
      cause,
    });
    this.code = code;
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'another program or another HTTP link uses this address; stop it, or set another "address" in the link\'s source config',
  EACCES: "not permitted; ports below 1024 need privileges, set a higher port in the link's source config",
  EADDRNOTAVAIL: 'this machine has no such address; check "address" in the link\'s source config',
  ENOTFOUND: 'the host name is unknown; check "address" in the link\'s source config',
};

/** @throws HttpListenError */
export async function openHttpListener(options: HttpListenerOptions): Promise<HttpListener> {
  const listener = new NodeHttpListener(options);
  await listener.open();
  return listener;
}

class NodeHttpListener implements HttpListener {
  readonly #options: HttpListenerOptions;
  readonly #tunables: HttpTunables;
  readonly #logger: Logger;
  readonly #server: Server | SecureServer;
  readonly #connections: HttpConnections;
  readonly #context: ExchangeContext;
  /** Of clients that ask for HTTP/2, as they can where there is TLS. */
  readonly #h2: H2Sessions;
  #refusals: RefusalLog | undefined;
  /** Responses whose head waits for the end of this turn of the event loop. */
  #held: ServerResponder[] = [];
  #address: { readonly host: string; readonly port: number };
  #closed: Promise<void> | undefined;

  constructor(options: HttpListenerOptions) {
    this.#options = options;
    this.#address = { host: options.host, port: options.port };
    this.#tunables = { ...DEFAULTS, ...options.tunables };
    this.#logger = options.logger ?? noopLogger;
    const { maxHeadBytes, maxHeaders, headTimeoutMs, keepAliveMs, lingerMs } = this.#tunables;
    const { tls } = options;
    const serverOptions = {
      maxHeaderSize: maxHeadBytes,
      headersTimeout: headTimeoutMs,
      connectionsCheckingInterval: Math.ceil(headTimeoutMs / CHECKS_OF_A_HEAD),
      // A body may take as long as its guest wants to read it; the component's own limit bounds that.
      requestTimeout: 0,
      keepAliveTimeout: keepAliveMs,
      noDelay: true,
      // `parseRequest` does, with a text.
      requireHostHeader: false,
      // A guest can't take a connection over: an Upgrade header is ignored, as RFC 9110 §7.8 allows.
      shouldUpgradeCallback: () => false,
    };
    this.#server =
      tls === undefined
        ? createServer(serverOptions)
        : createSecureServer({
            ...serverOptions,
            ...tls,
            handshakeTimeout: headTimeoutMs,
            ALPNProtocols: ['h2', 'http/1.1'],
          });
    this.#server.maxHeadersCount = maxHeaders;
    this.#connections = new HttpConnections({
      server: this.#server,
      keepsConnections: options.keepsConnections ?? true,
      lingerMs,
      refused: this.#report,
    });
    this.#context = {
      scheme: tls === undefined ? 'http' : 'https',
      maxHeaders,
      forwarded: options.trustedProxies && new ForwardedHeaders(options.trustedProxies),
      holdUntilTurnEnds: this.#holdUntilTurnEnds,
      misframed: this.#misframed,
    };
    this.#h2 = new H2Sessions({
      context: this.#context,
      maxHeadBytes,
      keepAliveMs,
      handle: (exchange) => this.#answer(exchange),
      misframed: this.#misframed,
      refused: this.#report,
    });
    if (tls === undefined) this.#server.on('connection', (socket) => this.#connections.add(socket));
    else this.#routeByProtocol();
    this.#server.on('request', (request, response) => this.#accept(request, response, false));
    this.#server.on('checkContinue', (request, response) => this.#expect(request, response));
    this.#server.on('checkExpectation', (request, response) => this.#expect(request, response));
    this.#server.on('connect', (request) => this.#refuseConnect(request.socket));
    this.#server.on('clientError', (error: ParseFailure & Error, socket) => this.#unreadable(error, socket));
  }

  get address(): { readonly host: string; readonly port: number } {
    return this.#address;
  }

  setTls(tls: TlsMaterial): void {
    if ('setSecureContext' in this.#server) this.#server.setSecureContext({ ...tls });
  }

  async open(): Promise<void> {
    const { host, port, reusePort = false } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once('error', reject);
    this.#server.listen({ host, port, reusePort }, resolve);
    try {
      await promise;
    } catch (cause) {
      throw new HttpListenError(host, port, cause as NodeJS.ErrnoException);
    } finally {
      this.#server.off('error', reject);
    }
    const bound = this.#server.address() as AddressInfo;
    this.#address = { host: bound.address, port: bound.port };
    this.#server.on('error', (error) => this.#logger.error('HTTP listener failed', { error }));
  }

  close({ graceMs }: { readonly graceMs?: number } = {}): Promise<void> {
    this.#closed ??= this.#close(graceMs);
    return this.#closed;
  }

  async #close(graceMs: number | undefined): Promise<void> {
    const overdue = Promise.withResolvers<void>();
    const deadline = graceMs === undefined ? undefined : setTimeout(overdue.resolve, graceMs);
    // First, while answers keep connections alive: a client whose connection ends comes back with another.
    await this.#takeQueue(Math.min(graceMs ?? Number.POSITIVE_INFINITY, this.#tunables.drainIdleMs));
    const closed = Promise.withResolvers<void>();
    // Node's HTTP server would close idle connections at once, amid the next request of a busy client.
    NetServer.prototype.close.call(this.#server, () => closed.resolve());
    const drained = Promise.all([this.#connections.drain(this.#tunables.drainIdleMs), this.#h2.drain()]);
    await Promise.race([drained, overdue.promise]);
    clearTimeout(deadline);
    this.#cutOff(graceMs);
    this.#h2.cutOff();
    this.#server.closeAllConnections();
    // Nothing listens any more; this ends the checks of slow heads.
    this.#server.close();
    await closed.promise;
    this.#refusals?.close();
  }

  /** Accepts the connections that the system has ready, of which node takes one in each turn of the event loop. */
  async #takeQueue(maxMs: number): Promise<void> {
    const startedAt = performance.now();
    for (;;) {
      const before = this.#connections.opened;
      await wholeTurn();
      if (this.#connections.opened === before || performance.now() - startedAt > maxMs) return;
    }
  }

  /** Ends what did not complete in time; most often nothing is left. */
  #cutOff(graceMs: number | undefined): void {
    const { inFlight } = this.#connections;
    if (inFlight === 0) return;
    this.#logger.warn(`cut off ${inFlight} HTTP requests that did not complete in ${graceMs} ms`, {
      address: this.#shownAddress(),
    });
    this.#connections.cutOff();
  }

  #accept(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    const connection = this.#connections.of(request.socket);
    if (!connection?.takesRequests) return;
    let exchange: ServerExchange;
    try {
      exchange = new ServerExchange({
        request,
        response,
        expectsContinue,
        connection,
        context: this.#context,
      });
    } catch (error) {
      if (!(error instanceof RefusedRequestError)) throw error;
      this.#refuse(connection, request, response, error.refusal);
      return;
    }
    connection.begin(exchange, request);
    this.#serve(exchange, connection, request.socket);
  }

  #serve(exchange: ServerExchange, connection: HttpConnection, socket: Socket): void {
    this.#connections.begun();
    void this.#answer(exchange).then(() => {
      this.#discardRest(exchange, socket);
      exchange.whenGone(() => this.#connections.ended(connection, exchange));
    });
  }

  /** Each function that is asynchronous by itself would have a promise and a wait of its own, which all requests pay for. */
  #answer(exchange: ServedExchange): Promise<void> {
    return this.#handle(exchange).then(
      () => exchange.responder.fail(500, 'The request was not answered.\n'),
      (error: unknown) => {
        if (!exchange.isDisconnected) {
          this.#logger.error('HTTP request failed', { error, path: exchange.request.pathWithQuery });
        }
        exchange.responder.fail(500, 'The request could not be handled.\n');
      },
    );
  }

  #handle(exchange: ServedExchange): Promise<unknown> {
    try {
      return this.#options.handle(exchange);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** A connection over TLS goes to node's HTTP/1.1 unless its client asked for HTTP/2. */
  #routeByProtocol(): void {
    const http1 = this.#server.listeners('secureConnection');
    this.#server.removeAllListeners('secureConnection');
    this.#server.on('secureConnection', (socket: TLSSocket) => {
      if (socket.alpnProtocol === 'h2') {
        this.#h2.add(socket);
        return;
      }
      for (const listener of http1) listener.call(this.#server, socket);
      this.#connections.add(socket);
    });
  }

  #discardRest(exchange: ServerExchange, socket: Socket): void {
    const discarding = exchange.discardRest();
    if (discarding === undefined) return;
    const cutOff = setTimeout(() => socket.destroy(), this.#tunables.lingerMs);
    cutOff.unref();
    // A client that leaves while its body is thrown away misses nothing.
    discarding.catch(() => {}).finally(() => clearTimeout(cutOff));
  }

  #expect(request: IncomingMessage, response: ServerResponse): void {
    const expected = request.headers.expect as string;
    if (expected.toLowerCase() === '100-continue') {
      this.#accept(request, response, true);
      return;
    }
    const connection = this.#connections.of(request.socket);
    if (!connection?.takesRequests) return;
    this.#refuse(connection, request, response, refusedExpectation(expected));
  }

  #refuse(
    connection: HttpConnection,
    request: IncomingMessage,
    response: ServerResponse,
    refusal: Refusal,
  ): void {
    connection.refuse(request, response, refusal);
    this.#report(refusal, request.socket);
  }

  /** Node has let go of the socket. */
  #refuseConnect(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    socket.resume();
    this.#refuseUnread(socket, CONNECT_REFUSED);
  }

  #unreadable(error: ParseFailure & Error, socket: Duplex): void {
    const connection = this.#connections.of(socket as Socket);
    if (connection === undefined || !isParseFailure(error)) {
      socket.destroy(error);
      return;
    }
    if (isAfterTheLast(error)) return;
    const exchange = connection.exchangeOfBody;
    if (exchange === undefined) {
      this.#refuseUnread(socket as Socket, refusedHead(error, this.#tunables));
      return;
    }
    const refusal = refusedBody(error, this.#tunables);
    connection.refuseBody(exchange, refusal);
    // Clients that give an upload up are no news.
    if (!isEarlyEnd(error)) this.#report(refusal, socket as Socket);
  }

  #refuseUnread(socket: Socket, refusal: Refusal): void {
    const connection = this.#connections.of(socket);
    // The parser says the same again of every byte that comes after.
    if (!connection?.takesRequests) return;
    if (socket.bytesRead === 0) {
      // A connection opened ahead and never used: there is nobody to answer.
      socket.destroy();
      return;
    }
    connection.refuseUnread(refusal);
    this.#report(refusal, socket);
  }

  readonly #report = (refusal: Refusal, socket: Socket): void => {
    const { logger, meter } = this.#options;
    this.#refusals ??= new RefusalLog({ address: this.#shownAddress(), logger, meter });
    this.#refusals.report(refusal, socket.remoteAddress);
  };

  readonly #misframed = (exchange: Pick<ServedExchange, 'request'>, problem: string): void => {
    this.#logger.error(`a response can't be sent as its component made it: ${problem}`, {
      path: exchange.request.pathWithQuery,
    });
  };

  /** One timer for all responses of a turn. */
  readonly #holdUntilTurnEnds = (responder: ServerResponder): void => {
    if (this.#held.length === 0) setImmediate(this.#releaseHeld);
    this.#held.push(responder);
  };

  readonly #releaseHeld = (): void => {
    const held = this.#held;
    this.#held = [];
    for (const responder of held) responder.release();
  };

  #shownAddress(): string {
    return formatAddress(this.#address.host, this.#address.port);
  }
}

const CONNECT_REFUSED: Refusal = {
  status: 501,
  reason: 'connect',
  text: 'CONNECT is for proxies, and this server is none: check the proxy settings of the client, or send the request with another method',
};

function refusedExpectation(expected: string): Refusal {
  return {
    status: 417,
    reason: 'bad-expectation',
    text: `the expectation ${JSON.stringify(expected.slice(0, 100))} can't be met: send "Expect: 100-continue" or no Expect header`,
  };
}

/** The second of two immediates comes after a look at what the system has ready. */
function wholeTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

function formatAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
