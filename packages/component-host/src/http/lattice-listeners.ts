import type { Invoker } from '@wasmlattice/rpc';
import type { Logger, Meter, Tracer } from '@wasmlattice/telemetry';
import { observeHttp } from '../telemetry/observe-http.js';
import type { ListenerAddress } from '../thread/messages.js';
import { createLatticeHandler } from './lattice-handler.js';
import type { TlsMaterial } from './listener-options.js';
import type { HttpRoute } from './routes.js';
import { ThreadListeners } from './thread-listeners.js';

export interface LatticeListenersOptions {
  readonly invoker: Invoker;
  /** Longest time until a component has begun its answer, in ms. */
  readonly timeoutMs: number;
  /** How long requests in progress have when their address is given up, in ms. */
  readonly graceMs: number;
  readonly logger: Logger;
  readonly tracer: Tracer;
  readonly meter: Meter;
}

/** An address and its routes; see {@link LatticeListeners.listen}. */
export interface LatticeListener {
  setRoute(route: HttpRoute): Promise<void>;
  /** An unknown one is ignored. */
  deleteRoute(route: string): Promise<void>;
  setTls(tls: TlsMaterial): Promise<void>;
  /** Resolves once the address is free. A second call does nothing. */
  close(): Promise<void>;
}

/** HTTP addresses of a process that runs no components: all requests are answered over the lattice. */
export class LatticeListeners {
  readonly #listeners: ThreadListeners;
  readonly #graceMs: number;
  #opened = 0;

  constructor(options: LatticeListenersOptions) {
    const { invoker, timeoutMs, graceMs, logger, tracer, meter } = options;
    this.#graceMs = graceMs;
    this.#listeners = new ThreadListeners({
      component: () => ({ kind: 'not-here' }),
      elsewhere: ({ componentId, providerId }) => {
        const handle = createLatticeHandler({
          componentId,
          providerId,
          invoker,
          timeoutMs,
          logger: logger.with({ component: componentId }),
        });
        // The host that runs it counts the invocation.
        return observeHttp(handle, { tracer, meter, componentId, measure: () => () => {} });
      },
      logger,
      meter,
    });
  }

  /** @throws HttpListenError */
  async listen(address: Omit<ListenerAddress, 'listener' | 'reusePort'>): Promise<LatticeListener> {
    const listener = String(this.#opened++);
    await this.#listeners.listen({ ...address, listener, reusePort: false });
    return {
      setRoute: (route) => this.#listeners.route(listener, route),
      deleteRoute: async (route) => this.#listeners.unroute(listener, route),
      setTls: async (tls) => this.#listeners.setTls(listener, tls),
      close: () => this.#listeners.unlisten(listener, this.#graceMs),
    };
  }
}
