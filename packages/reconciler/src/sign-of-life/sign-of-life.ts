import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import { ErrorCode, Events, type NatsConnection } from 'nats';
import { aliveSubject } from './subjects.js';

export interface SignOfLifeOptions {
  /** The *control* connection. Stays the caller's. */
  readonly connection: NatsConnection;
  readonly lattice: string;
  readonly hostId: string;
  /** Default {@link signOfLifeIntervalMs}. */
  readonly intervalMs?: number;
  readonly logger?: Logger;
}

/** Heartbeats come every 30 s, and are as long as all that runs on a host. */
export const signOfLifeIntervalMs = 1_000;

const noPayload = new Uint8Array();

/**
 * Publishes an empty message now and every interval, so that a host that dies is missed within seconds. A user who may not publish it
 * is told so once; such a host is known by its heartbeat alone, as hosts of wasmCloud are.
 *
 * @returns ends it
 */
export function startSignOfLife(options: SignOfLifeOptions): () => void {
  const { connection, hostId, intervalMs = signOfLifeIntervalMs, lattice, logger = noopLogger } = options;
  const subject = aliveSubject(lattice, hostId);
  const publish = (): void => {
    // What waits for a connection would tell later that the host was alive before.
    if (isConnected && !connection.isClosed()) connection.publish(subject, noPayload);
  };
  let isConnected = true;
  const timer = setInterval(publish, intervalMs);
  const follow = async (): Promise<void> => {
    for await (const status of connection.status()) {
      if (status.type === Events.Disconnect) isConnected = false;
      else if (status.type === Events.Reconnect) {
        isConnected = true;
        publish();
      } else if (
        status.type === Events.Error &&
        status.data === ErrorCode.PermissionsViolation &&
        status.permissionContext?.subject === subject
      ) {
        clearInterval(timer);
        logger.warn('this host may not publish its sign of life, and is missed late when it dies', {
          subject,
        });
      }
    }
  };
  follow().catch(() => {});
  publish();
  return () => clearInterval(timer);
}
