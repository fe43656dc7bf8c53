import { type EventPublisher, hostStarted, hostStopped } from '@wasmlattice/events';
import type { Logger } from '@wasmlattice/telemetry';
import type { HostFacts } from './control-plane/host-facts.js';

/** A host did not stop within its time; the process should end with a failure. */
export class ShutdownTimeoutError extends Error {
  override readonly name = 'ShutdownTimeoutError';
}

/** Where a host is in its life; it goes through these from left to right once. */
export type HostState = 'created' | 'running' | 'stopping' | 'stopped';

/** One host of a lattice. */
export interface Host {
  readonly id: string;
  readonly state: HostState;
  /** Serves control commands and announces the host. */
  start(): Promise<void>;
  /**
   * Completes commands in progress, stops components and providers, announces the end and closes the connections.
   * Later calls wait for the first. Rejects with {@link ShutdownTimeoutError} when that takes longer than allowed.
   */
  stop(options?: { readonly timeoutMs?: number | undefined; readonly reason?: string }): Promise<void>;
  /** Settles as {@link Host.stop} does, whoever called it. */
  readonly stopped: Promise<void>;
}

/** The parts of a host in the order they matter to its life; assembled in `create-host.ts`. */
export interface HostParts {
  readonly facts: HostFacts;
  readonly events: EventPublisher;
  readonly logger: Logger;
  readonly shutdownTimeoutMs: number;
  /** Opens the control subjects; its result closes them, completing requests in progress. */
  readonly serveControl: () => Promise<{ close(): Promise<void> }>;
  /** Begins the heartbeat; its result ends it. */
  readonly startHeartbeat: () => () => void;
  /** Begins and ends the host's part in keeping applications: when it runs, and before anything of it stops. */
  readonly keepApplications?: { start(): void; stop(): Promise<void> };
  /** Tells whoever asks that the host takes no further work; called first. */
  readonly announceStop?: () => void;
  /** Stops components and providers within the time. */
  readonly stopWorkloads: (graceMs: number) => Promise<void>;
  /** Flushes and closes what is left: stores, connections, an own NATS server. */
  readonly release: () => Promise<void>;
}

/** Share of the shutdown time that workloads may use to finish. */
const workloadShare = 0.6;

export function hostFrom(parts: HostParts): Host {
  const { facts, events, logger } = parts;
  const ended = Promise.withResolvers<void>();
  // Whoever awaits it hears of a failure; nobody has to.
  ended.promise.catch(() => {});
  let state: HostState = 'created';
  let starting: Promise<void> = Promise.resolve();
  let control: { close(): Promise<void> } | undefined;
  let stopHeartbeat: () => void = () => {};

  const startUp = async (): Promise<void> => {
    control = await parts.serveControl();
    stopHeartbeat = parts.startHeartbeat();
    await events.publish(
      hostStarted({
        friendlyName: facts.friendlyName,
        labels: facts.labels.all(),
        version: facts.version,
      }),
    );
    parts.keepApplications?.start();
    logger.info('host started', {
      host: facts.hostId,
      name: facts.friendlyName,
      lattice: facts.lattice,
      ctl: facts.ctlHost,
    });
  };

  const shutDown = async (timeoutMs: number): Promise<void> => {
    // What a start in progress still opens has to be closed too.
    await starting.catch(() => {});
    await parts.keepApplications?.stop();
    stopHeartbeat();
    await control?.close();
    await parts.stopWorkloads(timeoutMs * workloadShare);
    await events
      .publish(hostStopped({ labels: facts.labels.all() }))
      .catch((error: unknown) => logger.warn('host_stopped could not be published', { error }));
    await parts.release();
  };

  return {
    id: facts.hostId,
    get state() {
      return state;
    },
    stopped: ended.promise,

    async start() {
      if (state !== 'created') throw new Error(`a host starts once; this one is ${state}`);
      state = 'running';
      starting = startUp();
      await starting;
    },

    stop({ timeoutMs = parts.shutdownTimeoutMs, reason = 'requested' } = {}) {
      if (state === 'stopping' || state === 'stopped') return ended.promise;
      state = 'stopping';
      parts.announceStop?.();
      logger.info('host is stopping', { host: facts.hostId, reason, timeoutMs });
      const deadline = setTimeout(() => {
        ended.reject(new ShutdownTimeoutError(`host shutdown timed out after ${timeoutMs} ms`));
      }, timeoutMs);
      shutDown(timeoutMs)
        .then(() => {
          state = 'stopped';
          logger.info('host stopped', { host: facts.hostId });
          ended.resolve();
        }, ended.reject)
        .finally(() => clearTimeout(deadline));
      return ended.promise;
    },
  };
}
