import type { ServingThreads } from '@wasmlattice/component-host';
import type { HttpTargets } from '@wasmlattice/provider-host';

/** HTTP addresses leased to components. They belong to the serving threads, which answer for whatever runs behind them. */
export function createHttpTargets(options: {
  readonly threads: Pick<ServingThreads, 'listen'>;
  /** How long requests may finish when an address is given up, in ms. */
  readonly graceMs: number;
}): HttpTargets {
  const { threads, graceMs } = options;
  return {
    async listen({ providerId, componentId, host, port }) {
      const listener = await threads.listen({ providerId, componentId, host, port });
      return { close: () => listener.close(graceMs) };
    },
  };
}
