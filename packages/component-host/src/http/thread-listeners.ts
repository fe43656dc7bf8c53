import type { Logger, Meter } from '@wasmlattice/telemetry';
import type { HttpRequestHandler } from '../telemetry/observe-http.js';
import type { ListenerAddress } from '../thread/messages.js';
import { type HttpListener, openHttpListener } from './listener.js';

/** A component that exports no HTTP handler was linked to an HTTP server. */
export class NoHttpHandlerError extends Error {
  override readonly name = 'NoHttpHandlerError';

  constructor(componentId: string) {
    super(
      `component '${componentId}' can't answer HTTP: it does not export wasi:http/incoming-handler@0.2.x; link another component or build it for that world`,
    );
  }
}

/** Who answers the requests for one component at this moment. */
export type HttpRoute =
  | { readonly kind: 'here'; readonly handle: HttpRequestHandler }
  /** It runs in this thread and can't answer HTTP. */
  | { readonly kind: 'no-handler' }
  /** Another thread or host of the lattice may run it. */
  | { readonly kind: 'not-here' };

/** The component of an address, and the HTTP server that is linked to it. */
export type HttpTarget = Pick<ListenerAddress, 'componentId' | 'providerId'>;

/** The HTTP addresses of one thread. They outlive the components behind them: a request asks who answers it. */
export class ThreadListeners {
  readonly #route: (componentId: string) => HttpRoute;
  readonly #elsewhere: (target: HttpTarget) => HttpRequestHandler;
  readonly #logger: Logger;
  readonly #meter: Meter;
  readonly #listeners = new Map<string, HttpListener>();

  constructor(options: {
    readonly route: (componentId: string) => HttpRoute;
    /** Makes what answers for a component while it does not run in this thread. */
    readonly elsewhere: (target: HttpTarget) => HttpRequestHandler;
    readonly logger: Logger;
    readonly meter: Meter;
  }) {
    this.#route = options.route;
    this.#elsewhere = options.elsewhere;
    this.#logger = options.logger;
    this.#meter = options.meter;
  }

  /** @throws NoHttpHandlerError, HttpListenError */
  async listen({ listener, host, port, reusePort, ...target }: ListenerAddress): Promise<void> {
    const { componentId } = target;
    if (this.#route(componentId).kind === 'no-handler') throw new NoHttpHandlerError(componentId);
    const opened = await openHttpListener({
      host,
      port,
      reusePort,
      handle: this.#handlerOf(target),
      logger: this.#logger.with({ component: componentId }),
      meter: this.#meter,
    });
    this.#listeners.set(listener, opened);
  }

  /** Requests in progress have `graceMs` to finish; an unknown listener is fine. */
  async unlisten(listener: string, graceMs: number): Promise<void> {
    const open = this.#listeners.get(listener);
    this.#listeners.delete(listener);
    await open?.close({ graceMs });
  }

  /** The same for all of them. */
  async close(graceMs: number): Promise<void> {
    await Promise.all([...this.#listeners.keys()].map((listener) => this.unlisten(listener, graceMs)));
  }

  #handlerOf(target: HttpTarget): HttpRequestHandler {
    const { componentId, providerId } = target;
    const elsewhere = this.#elsewhere(target);
    return async (exchange) => {
      const route = this.#route(componentId);
      switch (route.kind) {
        case 'here':
          return await route.handle(exchange, providerId);
        case 'no-handler':
          exchange.responder.fail(502, `${new NoHttpHandlerError(componentId).message}\n`);
          return undefined;
        case 'not-here':
          return await elsewhere(exchange);
      }
    };
  }
}
