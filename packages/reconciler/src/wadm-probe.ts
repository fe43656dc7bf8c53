import { apiSubject, servedByHeader } from '@wasmlattice/applications';
import type { JetStreamClient, JetStreamManager, NatsConnection } from 'nats';

export interface WadmProbeOptions {
  readonly connection: NatsConnection;
  readonly jetstream: JetStreamClient;
  readonly lattice: string;
}

/** What shows that a wadm keeps the applications of a lattice. */
export interface WadmProbe {
  /** Whether somebody who is no host of ours answers wadm's API. */
  answersApi(): Promise<boolean>;
  /** Whether somebody waits for work at the consumer that a wadm makes for the lattice as soon as it hears of a host. */
  consumesEvents(): Promise<boolean>;
}

const timeoutMs = 1_000;

export function createWadmProbe({ connection, jetstream, lattice }: WadmProbeOptions): WadmProbe {
  let manager: JetStreamManager | undefined;
  return {
    async answersApi() {
      try {
        const subject = apiSubject({ lattice }, 'list');
        const reply = await connection.request(subject, undefined, { timeout: timeoutMs });
        // A host of ours that had the lease before may not have heard yet that it has no longer.
        return reply.headers?.has(servedByHeader) !== true;
      } catch {
        // Nobody listens, or nobody who answers; a user without the permission to ask finds no wadm by this.
        return false;
      }
    },
    async consumesEvents() {
      try {
        manager ??= await jetstream.jetstreamManager();
        const stream = 'wadm_event_consumer';
        const { num_waiting: waiting } = await manager.consumers.info(stream, `${stream}-${lattice}`);
        return waiting > 0;
      } catch {
        return false;
      }
    },
  };
}
