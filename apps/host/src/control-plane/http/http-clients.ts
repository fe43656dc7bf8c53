import type { ServingThreads } from '@wasmlattice/component-host';
import type { HttpClients } from '@wasmlattice/provider-host';
import { settings } from '../../config/settings.js';

/** An HTTP client for the lattice was asked for on a host that lets requests go nowhere. */
export class NoNetworkError extends Error {
  override readonly name = 'NoNetworkError';

  constructor() {
    const { flag, variable } = settings.httpClientAllow;
    super(
      `the host lets no HTTP requests into the network: start it with --${flag} (also ${variable}), where \`*\` is the public Internet`,
    );
  }
}

/** HTTP clients for the lattice, on the serving threads. */
export function createHttpClients(options: {
  readonly threads: Pick<ServingThreads, 'serveClient'>;
  /** Whether the host lets requests go anywhere. */
  readonly isAllowed: boolean;
}): HttpClients {
  return {
    async serve({ providerId, authorities, defaultAuthorities }) {
      if (!options.isAllowed) throw new NoNetworkError();
      const stop = await options.threads.serveClient({
        providerId,
        trust: { authorities, defaults: defaultAuthorities },
      });
      let closed: Promise<void> | undefined;
      return {
        close() {
          closed ??= stop();
          return closed;
        },
      };
    },
  };
}
