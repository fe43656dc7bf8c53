import type { ServedHandle, Server } from '@wasmlattice/rpc';
import type { Logger } from '@wasmlattice/telemetry';
import type { HttpClientSettings } from '../thread/messages.js';
import { type ClientProvider, serveClientProvider } from './client-provider.js';

/** The HTTP clients for the lattice that one thread serves. */
export class ThreadClients {
  readonly #settings: HttpClientSettings | undefined;
  readonly #server: () => Promise<Server>;
  readonly #logger: Logger;
  readonly #served = new Map<string, Promise<ServedHandle>>();

  constructor(options: {
    readonly settings: HttpClientSettings | undefined;
    readonly server: () => Promise<Server>;
    readonly logger: Logger;
  }) {
    this.#settings = options.settings;
    this.#server = options.server;
    this.#logger = options.logger;
  }

  async serve(provider: ClientProvider): Promise<void> {
    const settings = this.#settings;
    if (settings === undefined) throw new Error('the host lets no requests into the network');
    const serving = this.#server().then((server) =>
      serveClientProvider({ provider, settings, server, logger: this.#logger }),
    );
    this.#served.set(provider.providerId, serving);
    await serving;
  }

  /** An unknown one is fine. */
  async stop(providerId: string): Promise<void> {
    const serving = this.#served.get(providerId);
    this.#served.delete(providerId);
    await (await serving?.catch(() => undefined))?.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#served.keys()].map((providerId) => this.stop(providerId)));
  }
}
