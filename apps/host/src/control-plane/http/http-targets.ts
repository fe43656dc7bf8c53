import type { WorkerClient } from '@wasmlattice/component-host';
import type { HttpTargetLease, HttpTargets } from '@wasmlattice/provider-host';
import type { Logger } from '@wasmlattice/telemetry';
import { claimAddress, openParkedListener, type ParkedListener } from './parked-listener.js';

/** The part of a component worker that opens and closes HTTP listeners. */
export type HttpWorker = Pick<WorkerClient, 'listen' | 'unlisten'>;

/** HTTP addresses leased to components; the listener lives in the component's worker while it runs. */
export interface HttpLeases extends HttpTargets {
  /** The component runs in this worker from now on: its addresses move there. */
  attach(componentId: string, worker: HttpWorker): Promise<void>;
  /** The worker is about to stop, or is gone already: its addresses answer 503 from now on. */
  detach(componentId: string, worker: HttpWorker, state: 'stopping' | 'gone'): Promise<void>;
  close(): Promise<void>;
}

interface Lease {
  readonly listener: string;
  readonly componentId: string;
  readonly host: string;
  readonly port: number;
  parked: ParkedListener | undefined;
}

/**
 * Moves each leased address between a parked listener in the control plane, which says that the component is not
 * running, and the component's worker. Where the platform lets two sockets share a port there is no moment without
 * a listener.
 */
export function createHttpTargets(options: {
  readonly logger: Logger;
  readonly reusePort: boolean;
  /** How long a worker may finish requests when an address is taken from it, in ms. */
  readonly graceMs: number;
}): HttpLeases {
  const { logger, reusePort, graceMs } = options;
  const leases = new Set<Lease>();
  const workers = new Map<string, HttpWorker>();
  let nextListener = 1;

  const park = async (lease: Lease): Promise<void> => {
    lease.parked ??= await openParkedListener({ ...lease, reusePort });
  };
  const unpark = async (lease: Lease): Promise<void> => {
    const parked = lease.parked;
    lease.parked = undefined;
    await parked?.close();
  };
  const moveToWorker = async (lease: Lease, worker: HttpWorker): Promise<void> => {
    const { listener, host, port } = lease;
    if (!reusePort) await unpark(lease);
    await worker.listen({ listener, host, port, reusePort });
    await unpark(lease);
    logger.info('component listens for HTTP', { component: lease.componentId, address: `${host}:${port}` });
  };
  const moveFromWorker = async (lease: Lease, worker: HttpWorker): Promise<void> => {
    if (reusePort) await park(lease);
    await worker.unlisten(lease.listener, graceMs);
    await park(lease);
  };
  const leasesOf = (componentId: string): Lease[] =>
    [...leases].filter((lease) => lease.componentId === componentId);

  return {
    async listen({ componentId, host, port }) {
      const lease: Lease = {
        listener: String(nextListener++),
        componentId,
        host,
        port: await claimAddress(host, port),
        parked: undefined,
      };
      await park(lease);
      leases.add(lease);
      const worker = workers.get(componentId);
      if (worker !== undefined) await moveToWorker(lease, worker);
      const handle: HttpTargetLease = {
        async close() {
          if (!leases.delete(lease)) return;
          await workers
            .get(componentId)
            ?.unlisten(lease.listener, graceMs)
            .catch(() => {});
          await unpark(lease);
        },
      };
      return handle;
    },

    async attach(componentId, worker) {
      workers.set(componentId, worker);
      await Promise.all(leasesOf(componentId).map((lease) => moveToWorker(lease, worker)));
    },

    async detach(componentId, worker, state) {
      if (workers.get(componentId) !== worker) return;
      workers.delete(componentId);
      await Promise.all(
        leasesOf(componentId).map((lease) =>
          state === 'gone' ? park(lease) : moveFromWorker(lease, worker),
        ),
      );
    },

    async close() {
      const all = [...leases];
      leases.clear();
      await Promise.all(all.map(unpark));
    },
  };
}

/** Whether two sockets of this platform may listen on one port (`SO_REUSEPORT` with load balancing). */
export function platformReusesPorts(platform: NodeJS.Platform): boolean {
  return platform === 'linux' || platform === 'freebsd';
}
