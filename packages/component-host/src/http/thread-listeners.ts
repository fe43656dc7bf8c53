import type { Logger, Meter } from '@wasmlattice/telemetry';
import type { HttpRequestHandler } from '../telemetry/observe-http.js';
import type { ListenerAddress } from '../thread/messages.js';
import { answerText } from './answer-text.js';
import { type HttpListener, openHttpListener } from './listener.js';
import type { TlsMaterial } from './listener-options.js';
import { applyPolicy } from './route-policy.js';
import { type HttpRoute, type HttpRouting, RouteTable } from './routes.js';

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
export type HttpComponent =
  | { readonly kind: 'here'; readonly handle: HttpRequestHandler }
  /** It runs in this thread and can't answer HTTP. */
  | { readonly kind: 'no-handler' }
  /** Another thread or host of the lattice may run it. */
  | { readonly kind: 'not-here' };

/** A component and the HTTP server that is linked to it. */
export interface HttpTarget {
  readonly componentId: string;
  readonly providerId: string;
}

/** One address, and who answers there. */
interface OpenListener {
  readonly providerId: string;
  readonly table: RouteTable<HttpRequestHandler>;
  readonly server: HttpListener;
}

/** The HTTP addresses of one thread. They outlive the components behind them: a request asks who answers it. */
export class ThreadListeners {
  readonly #componentOf: (componentId: string) => HttpComponent;
  readonly #elsewhere: (target: HttpTarget) => HttpRequestHandler;
  readonly #logger: Logger;
  readonly #meter: Meter;
  readonly #listeners = new Map<string, OpenListener>();

  constructor(options: {
    readonly component: (componentId: string) => HttpComponent;
    /** Makes what answers for a component while it does not run in this thread. */
    readonly elsewhere: (target: HttpTarget) => HttpRequestHandler;
    readonly logger: Logger;
    readonly meter: Meter;
  }) {
    this.#componentOf = options.component;
    this.#elsewhere = options.elsewhere;
    this.#logger = options.logger;
    this.#meter = options.meter;
  }

  /** @throws NoHttpHandlerError, HttpListenError */
  async listen({ listener, providerId, routing, routes, head, ...address }: ListenerAddress): Promise<void> {
    const table = new RouteTable<HttpRequestHandler>(routing);
    for (const route of routes) this.#add(table, providerId, route);
    const server = await openHttpListener({
      ...address,
      ...(head !== undefined && { tunables: definedOnly(head) }),
      handle: routedHandler(table, routing),
      logger: this.#logger.with(
        routing.by === 'address' ? { component: routes[0]?.componentId } : { provider: providerId },
      ),
      meter: this.#meter,
    });
    this.#listeners.set(listener, { providerId, table, server });
  }

  /**
   * One more for a listener, or another in the place of one with the same id.
   *
   * @throws NoHttpHandlerError
   */
  async route(listener: string, route: HttpRoute): Promise<void> {
    const open = this.#listeners.get(listener);
    // It is being closed.
    if (open === undefined) return;
    this.#add(open.table, open.providerId, route);
  }

  /** Unknown ones are fine. */
  unroute(listener: string, route: string): void {
    this.#listeners.get(listener)?.table.delete(route);
  }

  /** An unknown one is fine. */
  setTls(listener: string, tls: TlsMaterial): void {
    this.#listeners.get(listener)?.server.setTls(tls);
  }

  /** Requests in progress have `graceMs` to finish; an unknown listener is fine. */
  async unlisten(listener: string, graceMs: number): Promise<void> {
    const open = this.#listeners.get(listener);
    this.#listeners.delete(listener);
    await open?.server.close({ graceMs });
  }

  /** The same for all of them. */
  async close(graceMs: number): Promise<void> {
    await Promise.all([...this.#listeners.keys()].map((listener) => this.unlisten(listener, graceMs)));
  }

  #add(
    table: RouteTable<HttpRequestHandler>,
    providerId: string,
    { route, match, componentId, policy }: HttpRoute,
  ): void {
    if (this.#componentOf(componentId).kind === 'no-handler') throw new NoHttpHandlerError(componentId);
    table.set(
      route,
      match,
      applyPolicy(
        policy,
        this.#handlerOf({ componentId, providerId }),
        this.#logger.with({ component: componentId }),
      ),
    );
  }

  #handlerOf(target: HttpTarget): HttpRequestHandler {
    const { componentId, providerId } = target;
    const elsewhere = this.#elsewhere(target);
    // No promise of its own: each costs a request a microsecond.
    return (exchange) => {
      const component = this.#componentOf(componentId);
      switch (component.kind) {
        case 'here':
          return component.handle(exchange, providerId);
        case 'no-handler':
          exchange.responder.fail(502, `${new NoHttpHandlerError(componentId).message}\n`);
          return answered;
        case 'not-here':
          return elsewhere(exchange);
      }
    };
  }
}

const answered: Promise<undefined> = Promise.resolve(undefined);

/** The texts are those of upstream's server (docs/spec/provider.md#10). */
function routedHandler(table: RouteTable<HttpRequestHandler>, routing: HttpRouting): HttpRequestHandler {
  return (exchange) => {
    const { pathWithQuery, headers } = exchange.request;
    const found = table.find(pathWithQuery, headers);
    if (typeof found === 'function') return found(exchange);
    if (found === 'no-header') answerText(exchange, 400, 'missing host header\n');
    else answerText(exchange, 404, routing.by === 'host' ? 'host not found\n' : 'path not found\n');
    return answered;
  };
}

function definedOnly<Values extends object>(
  values: Values,
): { [Key in keyof Values]: Exclude<Values[Key], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof Values]: Exclude<Values[Key], undefined> };
}
