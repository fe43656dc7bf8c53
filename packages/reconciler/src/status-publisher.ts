import { isDeepStrictEqual } from 'node:util';
import { type ApplicationStatus, encodeStatus, statusSubject } from '@wasmlattice/applications';
import { jsonToBytes } from '@wasmlattice/control-interface';
import type { Logger } from '@wasmlattice/telemetry';
import type { JetStreamClient } from 'nats';

/** What wadm says of an application that is to run no longer. */
export const undeployedStatus: ApplicationStatus = {
  status: { type: 'undeployed', message: 'Manifest has been undeployed' },
  scalers: [],
};

/** Tells how far applications are where wadm does, as long as its stream is there. */
export class StatusPublisher {
  readonly #jetstream: JetStreamClient;
  readonly #lattice: string;
  readonly #logger: Logger;
  readonly #published = new Map<string, ApplicationStatus>();
  #hasStream = false;

  constructor(jetstream: JetStreamClient, lattice: string, logger: Logger) {
    this.#jetstream = jetstream;
    this.#lattice = lattice;
    this.#logger = logger;
  }

  /** Looks for the stream: without one nobody is told. */
  async start(): Promise<void> {
    try {
      const manager = await this.#jetstream.jetstreamManager();
      await manager.streams.info('wadm_status');
      this.#hasStream = true;
    } catch (error) {
      this.#logger.debug('nobody keeps statuses of applications: there is no stream wadm_status', { error });
    }
  }

  publish(statuses: ReadonlyMap<string, ApplicationStatus>): void {
    if (!this.#hasStream) return;
    const gone = [...this.#published.keys()].filter((name) => !statuses.has(name));
    for (const name of gone) this.#publish(name, undeployedStatus);
    for (const [name, status] of statuses) this.#publish(name, status);
  }

  #publish(name: string, status: ApplicationStatus): void {
    if (isDeepStrictEqual(this.#published.get(name), status)) return;
    this.#published.set(name, status);
    this.#jetstream
      .publish(statusSubject(this.#lattice, name), jsonToBytes(encodeStatus(status)))
      .catch((error: unknown) =>
        this.#logger.warn('the status of an application was not stored', { application: name, error }),
      );
  }
}
