import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Logger } from '@wasmlattice/telemetry';
import { noopLogger } from '@wasmlattice/telemetry';
import { type ServedExchange, ServerExchange } from './exchange.js';
import { BadRequestError } from './request-head.js';
import type { ServerResponder } from './responder.js';

export interface HttpListenerOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Lets several threads listen on one address; the kernel spreads connections. Default false. */
  readonly reusePort?: boolean;
  /**
   * Answers one request. The exchange is over when the promise settles; a response that is not complete by then is
   * aborted, a rejection without a response becomes a 500.
   */
  handle(exchange: ServedExchange): Promise<unknown>;
  readonly logger?: Logger;
  readonly tunables?: Partial<HttpTunables>;
}

export interface HttpTunables {
  /** Longest head of a request in bytes; beyond it the client gets a 431. */
  readonly maxHeadBytes: number;
  /** How long a client may take to send a head, in ms; then it gets a 408. */
  readonly headTimeoutMs: number;
  /** How long an idle connection is kept, in ms. */
  readonly keepAliveMs: number;
  /** How long a client may go on sending a body that nobody reads any more, in ms. */
  readonly lingerMs: number;
}

const DEFAULTS: HttpTunables = {
  maxHeadBytes: 64 * 1024,
  headTimeoutMs: 60_000,
  // Longer than the usual 60 s of load balancers: the side that reuses connections should be the one that closes.
  keepAliveMs: 65_000,
  lingerMs: 5_000,
};

export interface HttpListener {
  readonly address: { readonly host: string; readonly port: number };
  /**
   * Takes no further connections, lets the requests in flight complete and closes. After `graceMs` (default: no limit)
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
  readonly #server: Server;
  /** Responses whose head waits for the end of this turn of the event loop. */
  #held: ServerResponder[] = [];
  /** Requests whose handler runs, or whose response is still being sent. */
  #inFlight = 0;
  readonly #connections = new Map<Socket, Set<ServerExchange>>();
  #drained: PromiseWithResolvers<void> | undefined;
  #address: { readonly host: string; readonly port: number };
  #closed: Promise<void> | undefined;

  constructor(options: HttpListenerOptions) {
    this.#options = options;
    this.#address = { host: options.host, port: options.port };
    this.#tunables = { ...DEFAULTS, ...options.tunables };
    this.#logger = options.logger ?? noopLogger;
    const { maxHeadBytes, headTimeoutMs, keepAliveMs } = this.#tunables;
    this.#server = createServer({
      maxHeaderSize: maxHeadBytes,
      headersTimeout: headTimeoutMs,
      // A body may take as long as its guest wants to read it; the component's own limit bounds that.
      requestTimeout: 0,
      keepAliveTimeout: keepAliveMs,
      noDelay: true,
    });
    this.#server.on('connection', (socket) => this.#connected(socket));
    this.#server.on('request', (request, response) => this.#accept(request, response, false));
    this.#server.on('checkContinue', (request, response) => this.#accept(request, response, true));
  }

  get address(): { readonly host: string; readonly port: number } {
    return this.#address;
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
    const closed = Promise.withResolvers<void>();
    this.#server.close(() => closed.resolve());
    if (this.#inFlight > 0) {
      this.#drained = Promise.withResolvers<void>();
      const deadline = graceMs === undefined ? undefined : setTimeout(this.#drained.resolve, graceMs);
      await this.#drained.promise;
      clearTimeout(deadline);
      this.#cutOff(graceMs);
    }
    this.#server.closeAllConnections();
    await closed.promise;
  }

  /** Ends what did not complete in time; most often nothing is left. */
  #cutOff(graceMs: number | undefined): void {
    if (this.#inFlight === 0) return;
    const address = formatAddress(this.#address.host, this.#address.port);
    this.#logger.warn(`cut off ${this.#inFlight} HTTP requests that did not complete in ${graceMs} ms`, {
      address,
    });
    for (const exchanges of this.#connections.values()) closeAll(exchanges);
  }

  #connected(socket: Socket): void {
    const exchanges = new Set<ServerExchange>();
    this.#connections.set(socket, exchanges);
    socket.once('close', () => {
      this.#connections.delete(socket);
      closeAll(exchanges);
    });
  }

  #accept(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    // Node goes on parsing what a client pipelined although the connection was closed meanwhile.
    if (request.socket.destroyed) return;
    let exchange: ServerExchange;
    try {
      exchange = new ServerExchange({
        request,
        response,
        expectsContinue,
        holdUntilTurnEnds: this.#holdUntilTurnEnds,
        mayKeepAlive: this.#mayKeepAlive,
      });
    } catch (error) {
      if (!(error instanceof BadRequestError)) throw error;
      refuse(response, error.message);
      return;
    }
    void this.#serve(exchange, request.socket);
  }

  async #serve(exchange: ServerExchange, socket: Socket): Promise<void> {
    const onSameConnection = this.#connections.get(socket);
    onSameConnection?.add(exchange);
    this.#inFlight++;
    try {
      await this.#options.handle(exchange);
      exchange.responder.fail(500, 'The request was not answered.\n');
    } catch (error) {
      if (!exchange.isDisconnected) {
        this.#logger.error('HTTP request failed', { error, path: exchange.request.pathWithQuery });
      }
      exchange.responder.fail(500, 'The request could not be handled.\n');
    }
    this.#discardRest(exchange, socket);
    await exchange.gone;
    onSameConnection?.delete(exchange);
    this.#inFlight--;
    if (this.#inFlight === 0) this.#drained?.resolve();
  }

  #discardRest(exchange: ServerExchange, socket: Socket): void {
    const discarding = exchange.discardRest();
    if (discarding === undefined) return;
    const cutOff = setTimeout(() => socket.destroy(), this.#tunables.lingerMs);
    cutOff.unref();
    // A client that leaves while its body is thrown away misses nothing.
    discarding.catch(() => {}).finally(() => clearTimeout(cutOff));
  }

  readonly #mayKeepAlive = (): boolean => this.#closed === undefined;

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
}

function closeAll(exchanges: Iterable<ServerExchange>): void {
  for (const exchange of exchanges) exchange.connectionClosed();
}

function refuse(response: ServerResponse, text: string): void {
  const body = `${text}\n`;
  response.writeHead(400, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

function formatAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
