import type { ListenerHandle, ServingThreads } from '@wasmlattice/component-host';
import type { HttpTargets } from '@wasmlattice/provider-host';

/** The HTTP addresses of a host. */
export interface HostHttpTargets extends HttpTargets {
  /**
   * Gives all addresses up and takes no new ones: what was requested is answered, each time as the last answer of its
   * connection, for at most `withinMs`.
   */
  close(withinMs: number): Promise<void>;
}

/** An address was asked for after the host began to stop. */
export class HostStoppingError extends Error {
  override readonly name = 'HostStoppingError';

  constructor() {
    super('the host is stopping and listens at no further address: put the link on another host');
  }
}

/** HTTP addresses leased to components. They belong to the serving threads, which answer for whatever runs behind them. */
export function createHttpTargets(options: {
  readonly threads: Pick<ServingThreads, 'listen'>;
  /** How long requests may finish when an address is given up, in ms. */
  readonly graceMs: number;
}): HostHttpTargets {
  const { threads, graceMs } = options;
  const open = new Set<ListenerHandle>();
  let isClosed = false;
  return {
    async listen(request) {
      if (isClosed) throw new HostStoppingError();
      const listener = await threads.listen(request);
      if (isClosed) {
        await listener.close(0);
        throw new HostStoppingError();
      }
      open.add(listener);
      return {
        setRoute: (route) => listener.setRoute(route),
        deleteRoute: (route) => listener.deleteRoute(route),
        setTls: (tls) => listener.setTls(tls),
        trouble: () => listener.trouble(),
        async close() {
          await listener.close(graceMs);
          open.delete(listener);
        },
      };
    },
    async close(withinMs) {
      isClosed = true;
      await Promise.all([...open].map((listener) => listener.close(withinMs)));
      open.clear();
    },
  };
}
